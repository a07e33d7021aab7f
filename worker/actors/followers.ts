/**
 * Who follows a log from outside, each from a durable cursor: the archive, another actor. A follower is pushed what it lacks, once
 * at a time, and its cursor moves only after it has taken it; so it hears everything at least once, in order, and must take the
 * same twice. Nobody waits for a follower.
 */
import { retryDelay } from '#domain';
import type { Duty } from './alarm.ts';
import { all, type Host } from './host.ts';
import { report } from './report.ts';

/** For an actor's list of migrations. */
export const followersTable =
  'CREATE TABLE followers (name TEXT PRIMARY KEY, cursor INTEGER NOT NULL) WITHOUT ROWID';

/** A push that takes longer has failed, in milliseconds. */
const pushTimeout = 10_000;

export interface Follower {
  readonly name: string;
  /** When what lies after the cursor should be pushed, in milliseconds; null where none of it concerns this follower. */
  due(cursor: number): number | null;
  /** Delivers what lies after the cursor; answers up to where. Throws where it could not. */
  push(cursor: number): Promise<number>;
}

interface Progress {
  cursor: number;
  /** How often it was sent back to the start. */
  rewinds: number;
  attempts: number;
  retryAt: number;
  startedAt: number | null;
}

export class Followers implements Duty {
  readonly name = 'followers';
  readonly #host: Host;
  readonly #followers: readonly Follower[];
  readonly #progress = new Map<string, Progress>();

  constructor(host: Host, followers: readonly Follower[]) {
    this.#host = host;
    this.#followers = followers;
    const stored = all<{ name: string; cursor: number }>(host.sql.exec('SELECT name, cursor FROM followers'));
    const cursors = new Map(stored.map((row) => [row.name, row.cursor]));
    for (const { name } of followers) {
      this.#progress.set(name, {
        cursor: cursors.get(name) ?? 0,
        rewinds: 0,
        attempts: 0,
        retryAt: 0,
        startedAt: null,
      });
    }
  }

  next(): number | null {
    let next: number | null = null;
    for (const follower of this.#followers) {
      const due = this.#due(follower);
      if (due !== null && (next === null || due < next)) next = due;
    }
    return next;
  }

  /** Starts what is due, and waits for none of it: a follower that hangs holds up no other. */
  run(now: number): void {
    for (const work of this.#start(now)) this.#host.background(work);
  }

  /** Starts what is due now. To be called before the alarm is armed: what is under way needs none soon. */
  kick(): void {
    this.run(this.#host.now());
  }

  /** Pushes all that there is, due or not, and waits for it. */
  async flush(): Promise<void> {
    await Promise.all(this.#start(Number.MAX_SAFE_INTEGER));
  }

  /** A follower's cursor. */
  cursor(name: string): number {
    return this.#of(name).cursor;
  }

  /** Sends a follower back to the start of the log, to be told everything again. */
  rewind(name: string): void {
    const progress = this.#of(name);
    progress.cursor = 0;
    progress.rewinds++;
    this.#save(name, 0);
  }

  #start(now: number): Promise<void>[] {
    return this.#followers.flatMap((follower) => {
      const progress = this.#of(follower.name);
      const due = this.#due(follower);
      return due !== null && due <= now && progress.startedAt === null
        ? [this.#flush(follower, progress)]
        : [];
    });
  }

  async #flush(follower: Follower, progress: Progress): Promise<void> {
    progress.startedAt = this.#host.now();
    try {
      for (;;) {
        const { cursor: before, rewinds } = progress;
        const cursor = await this.#timed(follower.push(before));
        // A rewind in the meantime wins over what was on the way, also where that had begun at the start itself.
        if (progress.rewinds === rewinds && cursor > before) {
          progress.cursor = cursor;
          this.#save(follower.name, cursor);
        }
        progress.attempts = 0;
        const due = follower.due(progress.cursor);
        if (due === null || due > this.#host.now()) break;
      }
    } catch (error) {
      progress.attempts++;
      progress.retryAt = this.#host.now() + retryDelay(progress.attempts, this.#host.random());
      report('follower_failed', error, { follower: follower.name, attempts: progress.attempts });
    } finally {
      progress.startedAt = null;
    }
    this.onSettled();
  }

  /** Called after a flush, for what comes next: the actor arms its alarm. */
  onSettled: () => void = () => undefined;

  #due(follower: Follower): number | null {
    const progress = this.#of(follower.name);
    const due = follower.due(progress.cursor);
    if (due === null) return null;
    // Should the actor die under way, the alarm takes it up again.
    if (progress.startedAt !== null) return progress.startedAt + 2 * pushTimeout;
    return progress.attempts > 0 ? Math.max(due, progress.retryAt) : due;
  }

  #timed<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#host.timer(pushTimeout, () =>
        reject(new Error('the follower did not answer in time')),
      );
      work.then(resolve, reject).finally(cancel);
    });
  }

  #of(name: string): Progress {
    const progress = this.#progress.get(name);
    if (!progress) throw new Error(`no follower is called ${name}`);
    return progress;
  }

  #save(name: string, cursor: number): void {
    this.#host.sql.exec(
      'INSERT INTO followers (name, cursor) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor',
      name,
      cursor,
    );
  }
}
