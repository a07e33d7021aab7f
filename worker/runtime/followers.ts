/**
 * The followers of a log, each with a durable cursor: the archive, another actor. A follower is pushed the entries
 * that it lacks, one push at a time, and its cursor moves only after the push; so it gets each entry at least once,
 * in order, and must accept the same twice. No command waits for a follower.
 */
import { retryDelay } from '#domain/base/backoff';
import type { Duty } from './alarm.ts';
import type { Host } from './host.ts';
import { report } from './report.ts';

/** How far each follower is, by `keyOf` it. */
export type Cursors = Readonly<Record<string, number>>;

/** The stored state of an actor's followers, and the end of its log. */
export interface Known {
  /** Those last given to `save`; undefined before that. A cursor lost with the memory costs only a repeated push. */
  readonly cursors: Cursors | undefined;
  /** The keys of the followers from now that the log began with (`keysFromNow`). */
  readonly born?: readonly string[] | undefined;
  readonly head: number;
}

/** The key of a follower's cursor. Earlier versions of Parley stored cursors by name: version 1 keeps that key. */
export function keyOf({ name, version }: Subscription): string {
  return version === 1 ? name : `${name}@${version}`;
}

/** The followers that a new log stores: without stored cursors, only they may begin at its start. */
export function keysFromNow(followers: readonly Subscription[]): string[] {
  return followers.filter(({ from }) => from === 'now').map(keyOf);
}

/** A push that takes longer has failed, in milliseconds. */
const pushTimeout = 10_000;
/** The pause of a follower that has given up, in milliseconds, ±20 %. */
const givenUpPause = 6 * 3_600_000;

/** The part of a follower that does not depend on a log. */
export interface Subscription {
  readonly name: string;
  /** From 1. Raised when the follower's work changes its meaning: it then begins anew in every log, by `from`. */
  readonly version: number;
  /**
   * The place where the follower begins in a log that is older than its version: the start if it rebuilds a view of its
   * own, or now if it sends to the outside world, which must not receive old entries.
   */
  readonly from: 'start' | 'now';
  /**
   * For an end that may be gone for good: after so many milliseconds without success the follower is retried every few
   * hours, because each retry wakes the actor. Otherwise it is retried every minute for ever.
   */
  readonly givesUpAfter?: number;
}

/** The key under which the start of a follower's failures is stored, beside its cursor. */
const failingKeyOf = (follower: Subscription) => `${keyOf(follower)} failing since`;

export interface Follower extends Subscription {
  /**
   * When what lies after the cursor should be pushed, in milliseconds; null where none of it concerns this follower.
   */
  due(cursor: number): number | null;
  /** Delivers what lies after the cursor; answers up to where. Throws where it could not. */
  push(cursor: number): Promise<number>;
}

interface Following {
  readonly follower: Follower;
  cursor: number;
  /** How often it was sent back to the start. */
  rewinds: number;
  attempts: number;
  retryAt: number;
  /** When the first push failed since the last success; only for a follower that gives up. An eviction keeps it. */
  failingSince: number | null;
  startedAt: number | null;
  /** The push under way, or the last one. It never rejects. */
  flight: Promise<void>;
}

export class Followers {
  /** For the alarm, one each: a follower that hangs holds up no other. */
  readonly duties: readonly Duty[];
  readonly #host: Host;
  readonly #all: readonly Following[];
  readonly #save: (cursors: Cursors) => void;
  #moved = false;
  /** A follower began at the head, and its cursor is not stored yet. */
  #joined = false;

  constructor(
    host: Host,
    followers: readonly Follower[],
    { cursors, born = [], head }: Known,
    save: (cursors: Cursors) => void,
  ) {
    this.#host = host;
    this.#save = save;
    const asOldAsTheLog = (key: string) => !cursors && born.includes(key);
    const begin = (follower: Follower) =>
      follower.from === 'start' || asOldAsTheLog(keyOf(follower)) ? 0 : head;
    this.#joined = followers.some(
      (follower) => cursors?.[keyOf(follower)] === undefined && begin(follower) > 0,
    );
    this.#all = followers.map((follower) => ({
      follower,
      cursor: cursors?.[keyOf(follower)] ?? begin(follower),
      rewinds: 0,
      attempts: 0,
      retryAt: 0,
      failingSince: cursors?.[failingKeyOf(follower)] ?? null,
      startedAt: null,
      flight: Promise.resolve(),
    }));
    this.duties = this.#all.map((following) => ({
      name: following.follower.name,
      next: () => this.#due(following),
      run: () => (following.startedAt === null ? this.#flush(following) : Promise.resolve()),
    }));
  }

  /** Nothing is left to push. */
  get idle(): boolean {
    return this.#all.every(({ follower, cursor }) => follower.due(cursor) === null);
  }

  /** Starts what is due now. To be called before the alarm is armed: what is under way needs none soon. */
  kick(): void {
    // Must run before the next append: after an eviction the follower would begin at a later head.
    if (this.#joined) this.#save(this.cursors);
    this.#joined = false;
    for (const work of this.#start(this.#host.now())) this.#host.background(work);
  }

  /** Pushes all that there is, due or not, and waits for it; what is under way ends first. */
  async flush(): Promise<void> {
    await Promise.all(this.#all.map(({ flight }) => flight));
    await Promise.all(this.#start(Number.MAX_SAFE_INTEGER));
  }

  /** A follower's cursor. */
  cursor(name: string): number {
    return this.#of(name).cursor;
  }

  /** Sends a follower back to the start of the log, to be told everything again. */
  rewind(name: string): void {
    const following = this.#of(name);
    following.cursor = 0;
    following.rewinds++;
    this.#save(this.cursors);
  }

  get cursors(): Cursors {
    return Object.fromEntries(
      this.#all.flatMap(({ follower, cursor, failingSince }) => [
        [keyOf(follower), cursor],
        ...(failingSince === null ? [] : [[failingKeyOf(follower), failingSince]]),
      ]),
    );
  }

  #start(now: number): Promise<void>[] {
    const works: Promise<void>[] = [];
    for (const following of this.#all) {
      const due = following.startedAt === null ? this.#due(following) : null;
      if (due !== null && due <= now) works.push(this.#flush(following));
    }
    return works;
  }

  #flush(following: Following): Promise<void> {
    following.flight = this.#push(following);
    return following.flight;
  }

  async #push(following: Following): Promise<void> {
    const { follower } = following;
    following.startedAt = this.#host.now();
    try {
      for (;;) {
        const { cursor: before, rewinds } = following;
        const cursor = await this.#timed(follower.push(before));
        // A rewind in the meantime wins over what was on the way, also where that had begun at the start itself.
        if (following.rewinds === rewinds && cursor > before) {
          following.cursor = cursor;
          this.#moved = true;
        }
        following.attempts = 0;
        if (following.failingSince !== null) this.#moved = true;
        following.failingSince = null;
        const due = follower.due(following.cursor);
        if (due === null || due > this.#host.now()) break;
      }
    } catch (error) {
      this.#failed(following, error);
    } finally {
      following.startedAt = null;
    }
    this.onSettled();
    // One row for all that end at about the same time, also where one waited for another.
    if (this.#moved && this.#all.every(({ startedAt }) => startedAt === null)) {
      this.#moved = false;
      this.#save(this.cursors);
    }
  }

  #failed(following: Following, error: unknown): void {
    const { name, givesUpAfter } = following.follower;
    const now = this.#host.now();
    const chance = this.#host.random();
    following.attempts++;
    following.retryAt = now + retryDelay(following.attempts, chance);
    const details = { follower: name, attempts: following.attempts };
    if (givesUpAfter === undefined) return report('follower_failed', error, details);
    if (following.failingSince === null) {
      following.failingSince = now;
      this.#moved = true;
    }
    const givenUp = now - following.failingSince >= givesUpAfter;
    if (givenUp) following.retryAt = now + givenUpPause * (0.8 + 0.4 * chance);
    report(givenUp ? 'follower_given_up' : 'follower_failed', error, details);
  }

  /** Called after a flush, for what comes next: the actor settles its alarm. */
  onSettled: () => void = () => undefined;

  #due({ follower, cursor, attempts, retryAt, startedAt }: Following): number | null {
    const due = follower.due(cursor);
    // Should the actor die under way, the alarm takes it up again.
    if (due !== null && startedAt !== null) return startedAt + 2 * pushTimeout;
    return due !== null && attempts > 0 ? Math.max(due, retryAt) : due;
  }

  #timed<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#host.timer(pushTimeout, () =>
        reject(new Error('the follower did not answer in time')),
      );
      work.then(resolve, reject).finally(cancel);
    });
  }

  #of(name: string): Following {
    const following = this.#all.find(({ follower }) => follower.name === name);
    if (!following) throw new Error(`no follower is called ${name}`);
    return following;
  }
}
