/**
 * Who follows a log from outside, each from a durable cursor: the archive, another actor. A follower is pushed what it lacks, once
 * at a time, and its cursor moves only after it has taken it; so it hears everything at least once, in order, and must take the
 * same twice. Nobody waits for a follower.
 */
import { retryDelay } from '#domain';
import type { Duty } from './alarm.ts';
import type { Host } from './host.ts';
import { report } from './report.ts';

/** How far each follower is, by its name. */
export type Cursors = Readonly<Record<string, number>>;

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
  readonly #save: (cursors: Cursors) => void;
  readonly #progress = new Map<string, Progress>();
  #moved = false;

  /** `cursors` are those that `save` was given last. A cursor that is lost with the memory costs a push, and nothing else. */
  constructor(
    host: Host,
    followers: readonly Follower[],
    cursors: Cursors | undefined,
    save: (cursors: Cursors) => void,
  ) {
    this.#host = host;
    this.#followers = followers;
    this.#save = save;
    for (const { name } of followers) {
      this.#progress.set(name, {
        cursor: cursors?.[name] ?? 0,
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

  /** Starts what is due; the answer comes when all of it has ended, well or not. A follower that hangs holds up no other. */
  async run(now: number): Promise<void> {
    await Promise.all(this.#start(now));
  }

  /** Starts what is due now. To be called before the alarm is armed: what is under way needs none soon. */
  kick(): void {
    for (const work of this.#start(this.#host.now())) this.#host.background(work);
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
    this.#save(this.cursors);
  }

  get cursors(): Cursors {
    return Object.fromEntries([...this.#progress].map(([name, { cursor }]) => [name, cursor]));
  }

  #start(now: number): Promise<void>[] {
    const works: Promise<void>[] = [];
    for (const follower of this.#followers) {
      const progress = this.#of(follower.name);
      const due = this.#due(follower);
      if (due !== null && due <= now && progress.startedAt === null)
        works.push(this.#flush(follower, progress));
    }
    return works;
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
          this.#moved = true;
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
    // One row for all that end at about the same time.
    if (this.#moved && [...this.#progress.values()].every(({ startedAt }) => startedAt === null)) {
      this.#moved = false;
      this.#save(this.cursors);
    }
    this.onSettled();
  }

  /** Called after a flush, for what comes next: the actor settles its alarm. */
  onSettled: () => void = () => undefined;

  #due(follower: Follower): number | null {
    const { cursor, attempts, retryAt, startedAt } = this.#of(follower.name);
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

  #of(name: string): Progress {
    const progress = this.#progress.get(name);
    if (!progress) throw new Error(`no follower is called ${name}`);
    return progress;
  }
}
