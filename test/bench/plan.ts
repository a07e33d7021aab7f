/** The plan of a run of the bench, read from its arguments. */
import { readArguments, refuseArguments } from '../../bin/arguments.mjs';

export const parts = [
  'throughput',
  'latency',
  'first',
  'memory',
  'rows',
  'cost',
  'idle',
  'routing',
  'files',
  'canned',
] as const;
export type Part = (typeof parts)[number] | 'long';

/**
 * `full` gives figures to quote; `quick` gives a first look; `smoke` shows in seconds that every measure still works.
 */
export type Scale = 'full' | 'quick' | 'smoke';

/** The size of a measure at each scale. */
export type Sizes<T> = Readonly<Record<Scale, Readonly<T>>>;

export interface Plan {
  readonly parts: ReadonlySet<Part>;
  readonly pairs: number;
  readonly seed: number;
  readonly scale: Scale;
  /** The folder of socket.io's packages; undefined if peer (b) is left out. */
  readonly packages: string | undefined;
  /** Prints progress. */
  log(line: string): void;
}

const usage = `npm run bench -- [options]

Compares Parley with a bare Durable Object and with socket.io on PostgreSQL. Without options: everything but the long run.

  --only PARTS  some of throughput, latency, first, memory, rows, cost, idle, routing, files, canned, long;
                separated by commas
  --quick       two pairs and short runs: figures for a first look
  --smoke       every measure in miniature: shows that they work
  --long        p99 at a thousand messages a second: seven pairs of a minute each
  --pairs N     pairs of runs
  --seed N      repeats the random draws of an earlier run
`;

export function planOf(args: string[]): Omit<Plan, 'log' | 'packages'> {
  const { values } = readArguments(usage, {
    args,
    options: {
      only: { type: 'string' },
      pairs: { type: 'string' },
      seed: { type: 'string' },
      quick: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  const known: readonly string[] = [...parts, 'long'];
  const scale = values.smoke ? 'smoke' : values.quick ? 'quick' : 'full';
  const asked = values.only?.split(',') ?? (values.long ? ['long'] : scale === 'smoke' ? known : parts);
  const stranger = asked.find((part) => !known.includes(part));
  if (stranger !== undefined) return refuseArguments(usage, `There is no part “${stranger}”.`);
  return {
    parts: new Set(asked as Part[]),
    pairs: Number(values.pairs ?? { smoke: 1, quick: 2, full: values.long ? 7 : 5 }[scale]),
    seed: Number(values.seed ?? Math.floor(Math.random() * 1e9)),
    scale,
  };
}
