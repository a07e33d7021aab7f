/** What a run of the bench does, from its arguments. */
import { parseArgs } from 'node:util';

export const parts = ['throughput', 'latency', 'first', 'memory', 'rows', 'idle', 'routing'] as const;
export type Part = (typeof parts)[number] | 'long';

export interface Plan {
  readonly parts: ReadonlySet<Part>;
  readonly pairs: number;
  readonly seed: number;
  /** Short runs, that show that the bench works. */
  readonly quick: boolean;
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
      long: { type: 'boolean', default: false },
    },
  });
  const asked = values.only?.split(',') ?? (values.long ? ['long'] : parts);
  const known: readonly string[] = [...parts, 'long'];
  const stranger = asked.find((part) => !known.includes(part));
  if (stranger !== undefined) throw new Error(`There is no part ${stranger}; there are ${known.join(', ')}.`);
  return {
    parts: new Set(asked as Part[]),
    pairs: Number(values.pairs ?? (values.quick ? 2 : values.long ? 7 : 5)),
    seed: Number(values.seed ?? Math.floor(Math.random() * 1e9)),
    quick: values.quick,
  };
}
