/** The figures of the bench: samples of peers in pairs, with goals for their ratios. */
import type { PeerName } from './peers/peer.ts';
import { spread, type Spread } from './statistics.ts';

/** The letters of the peers in the goals. */
export const letters: Record<PeerName, string> = { bare: 'a', 'socket-io': 'b', parley: 'c' };

export interface Goal {
  /** The ratio of c to this peer; without it the goal is for c's own value. */
  readonly to?: 'bare' | 'socket-io';
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly digits?: number;
  /** One sample for each turn; samples with the same index are a pair. */
  readonly samples: Partial<Record<PeerName, readonly number[]>>;
  readonly goals: readonly Goal[];
}

export interface Judged {
  readonly goal: Goal;
  /** Of the ratios of the pairs; undefined if the other peer was not measured. */
  readonly value: Spread | undefined;
  readonly met: boolean | undefined;
}

export function judge({ samples }: Figure, goal: Goal): Judged {
  const own = samples.parley ?? [];
  const other = goal.to && samples[goal.to];
  const values = goal.to ? other?.map((value, turn) => (own[turn] ?? NaN) / value) : own;
  if (!values || values.length === 0 || own.length === 0) return { goal, value: undefined, met: undefined };
  const value = spread(values);
  return {
    goal,
    value,
    met: value.median >= (goal.atLeast ?? -Infinity) && value.median <= (goal.atMost ?? Infinity),
  };
}

/** Collects samples turn by turn. */
export class Samples {
  readonly #samples = new Map<string, Partial<Record<PeerName, number[]>>>();

  add(figure: string, peer: PeerName, value: number): void {
    const all = this.of(figure);
    (all[peer] ??= []).push(value);
  }

  of(figure: string): Partial<Record<PeerName, number[]>> {
    const known = this.#samples.get(figure) ?? {};
    this.#samples.set(figure, known);
    return known;
  }
}
