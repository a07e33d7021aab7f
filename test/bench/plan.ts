/** What a run of the bench does, from its arguments. */
import { parseArgs } from 'node:util';

export const parts = ['throughput', 'latency', 'first', 'memory', 'rows', 'idle', 'routing'] as const;
export type Part = (typeof parts)[number] | 'long';

/** `full` is quoted; `quick` shows figures to look at; `smoke` shows that every measure still works, in seconds. */
export type Scale = 'full' | 'quick' | 'smoke';

/** What a measure does at each scale. */
export type Sizes<T> = Readonly<Record<Scale, Readonly<T>>>;

export interface Plan {
  readonly parts: ReadonlySet<Part>;
  readonly pairs: number;
  readonly seed: number;
  readonly scale: Scale;
  /** Where socket.io's packages are; undefined where peer (b) is left out. */
  readonly packages: string | undefined;
  /** Says how it goes. */
  log(line: string): void;
}

export function planOf(args: string[]): Omit<Plan, 'log' | 'packages'> {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      pairs: { type: 'string' },
      seed: { type: 'string' },
      quick: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
    },
  });
  const known: readonly string[] = [...parts, 'long'];
  const scale = values.smoke ? 'smoke' : values.quick ? 'quick' : 'full';
  const asked = values.only?.split(',') ?? (values.long ? ['long'] : scale === 'smoke' ? known : parts);
  const stranger = asked.find((part) => !known.includes(part));
  if (stranger !== undefined) throw new Error(`There is no part ${stranger}; there are ${known.join(', ')}.`);
  return {
    parts: new Set(asked as Part[]),
    pairs: Number(values.pairs ?? { smoke: 1, quick: 2, full: values.long ? 7 : 5 }[scale]),
    seed: Number(values.seed ?? Math.floor(Math.random() * 1e9)),
    scale,
  };
}
