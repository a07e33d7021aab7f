/** The RPC interface of a Throttle, and the shapes that cross it. */
import type { LimitName } from '#domain/base/limits';

/** An attempt to count. `key` is a hash. */
export interface Count {
  readonly limit: LimitName;
  readonly width: number;
  readonly key: string;
}

/** An attempt that was counted, with what is needed to give it back. */
export interface Taken extends Count {
  readonly count: number;
  readonly since: number;
}

export interface ThrottleActor {
  /** Counts an attempt under all of these, or under none, and returns the waits. Called before the costly work. */
  take(counts: readonly Count[]): Promise<{ taken: Taken[]; waits: { key: string; wait: number }[] }>;
  /** Takes back attempts that came to nothing, and forgets keys that have proved themselves. */
  settle(back: readonly Taken[], forgotten: readonly Count[]): void;
}
