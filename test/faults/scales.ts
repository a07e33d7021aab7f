/**
 * The scales of a run: `full` for figures, `quick` for a first look, `smoke` to check in seconds that every step
 * still works.
 */
import type { Waits } from '../../worker/actors/conversation/duties.ts';

export type ScaleName = 'full' | 'quick' | 'smoke';

export interface Scale {
  readonly visitors: number;
  readonly agents: number;
  readonly kills: number;
  /** Milliseconds: between two messages of a visitor; of chat with D1 up, and down; between kills; of silence. */
  readonly pace: number;
  readonly up: number;
  readonly down: number;
  readonly between: readonly [number, number];
  readonly silence: number;
  /** The share of connections that are cut at once. */
  readonly cut: number;
  /** Milliseconds for which an agent without a live tab keeps their conversations. */
  readonly grace: number;
  /** Delays of conversations, if the usual ones are too long. */
  readonly waits: Waits | undefined;
  /** Milliseconds that the server may take for its background work; a mutant may never finish. */
  readonly patience: { readonly sound: number; readonly mutant: number };
  /** Whether there is enough traffic to measure speed. */
  readonly timed: boolean;
}

const full: Scale = {
  visitors: 24,
  agents: 4,
  kills: 12,
  pace: 900,
  up: 12_000,
  down: 14_000,
  between: [3_000, 7_000],
  silence: 40_000,
  cut: 0.3,
  // Shorter than a run, so that agents who are absent for longer lose their chats.
  grace: 8_000,
  waits: undefined,
  // A visitor counts as gone after 30 s, and that last entry may wait another 60 s for its page.
  patience: { sound: 110_000, mutant: 80_000 },
  timed: true,
};

export const scales: Record<ScaleName, Scale> = {
  full,
  quick: { ...full, kills: 3, up: 3_000, down: 5_000, between: [1_500, 3_000], silence: 12_000 },
  smoke: {
    ...{ visitors: 3, agents: 2, kills: 2, pace: 250, up: 1_000, down: 1_000, between: [600, 900] },
    ...{ silence: 4_000, cut: 1, grace: 2_000, waits: { archive: 1_500, leave: 1_500 } },
    ...{ patience: { sound: 60_000, mutant: 30_000 }, timed: false },
  },
};

export interface DeployScale {
  readonly agents: number;
  /** Each conversation has two tabs of its visitor and two screens of its agent; each agent has two more sockets. */
  readonly conversations: number;
  /** Conversations that begin concurrently. */
  readonly atOnce: number;
  /** Every client writes once in this span around the deployment, in milliseconds. */
  readonly span: readonly [number, number];
  /** The moments at which reconnected clients are counted, in milliseconds. */
  readonly looks: readonly number[];
}

const twoThousand: DeployScale = {
  agents: 10,
  conversations: 495,
  atOnce: 25,
  span: [-3_000, 12_000],
  looks: [5_000, 15_000, 30_000],
};

export const deployScales: Record<ScaleName, DeployScale> = {
  full: twoThousand,
  quick: { ...twoThousand, conversations: 45 },
  smoke: { agents: 2, conversations: 4, atOnce: 4, span: [-500, 1_000], looks: [1_000, 2_000] },
};

export interface AttackScale {
  /** Chats that continue meanwhile. */
  readonly chats: number;
  /** Milliseconds: of chat without an attack, and of the attack on sign-in. */
  readonly calm: number;
  readonly signIns: number;
  readonly flooders: number;
  /** Attempts of each flooding visitor: sockets, messages of 7 kB, previews, conversations. */
  readonly sockets: number;
  readonly frames: number;
  readonly previews: number;
  readonly conversations: number;
}

const threeMinutes: AttackScale = {
  ...{ chats: 20, calm: 40_000, signIns: 180_000, flooders: 20 },
  ...{ sockets: 100, frames: 600, previews: 2_000, conversations: 10 },
};

export const attackScales: Record<ScaleName, AttackScale> = {
  full: threeMinutes,
  quick: { ...threeMinutes, calm: 6_000, signIns: 20_000, frames: 300 },
  smoke: {
    ...{ chats: 2, calm: 1_000, signIns: 3_000, flooders: 2 },
    ...{ sockets: 12, frames: 60, previews: 50, conversations: 7 },
  },
};
