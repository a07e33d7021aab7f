/** The real ends of followers, made by the actor. The core knows none of this, and tests provide their own ends. */
import type { Env } from '../../env.ts';
import type { Follow, Line } from './following.ts';

/** The surroundings of a real conversation, from which ends are made. */
export interface Surroundings {
  readonly env: Env;
  readonly account: string;
  readonly conversation: string;
  /** True if agents follow whose access depends on the account's visibility rule. */
  watched(): boolean;
}

/** A follower's file exports this: its work, and the real end that it needs. */
export interface Following<End> {
  readonly end: (around: Surroundings) => End;
  readonly follow: Follow<End>;
}

/** The table accepts any line whose work takes the end that the line makes. */
export type AnyEnd = (...note: never[]) => Promise<void>;
export type AnyLine = Line<never> & { readonly end: (around: Surroundings) => AnyEnd };

/** The ends of a table's followers, by name. */
export type EndsOf<Lines extends Readonly<Record<string, AnyLine>>> = {
  readonly [Name in keyof Lines]: ReturnType<Lines[Name]['end']>;
};

/** Makes the real ends. */
export function endsOf<Ends>(
  lines: { readonly [Name in keyof Ends]: Following<Ends[Name]> },
  around: Surroundings,
): Ends {
  const ends: Partial<Ends> = {};
  for (const name in lines) ends[name] = lines[name].end(around);
  return ends as Ends;
}
