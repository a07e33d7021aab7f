/**
 * The one alarm of an actor, shared by all that has to happen later. A duty says when it is next due, from stored state alone, so
 * that nothing is forgotten by a crash; to run it twice does no harm, since alarms are at-least-once.
 */
import { retryDelay } from '#domain';
import type { Host } from './host.ts';
import { report } from './report.ts';

export interface Duty {
  readonly name: string;
  /** When it is next due, in milliseconds, or null. */
  next(): number | null;
  run(now: number): void | Promise<void>;
}

/** A duty that is still under way after so long is started again, in milliseconds. */
const longestRun = 30_000;

export class Alarm {
  readonly #host: Host;
  readonly #duties: readonly Duty[];
  #armedAt: number | null;
  /** Duties that threw, or are under way, wait for their next turn, each for itself. */
  readonly #held = new Map<string, { attempts: number; until: number }>();

  constructor(host: Host, duties: readonly Duty[]) {
    this.#host = host;
    this.#duties = duties;
    // One in the past is running just now, or was lost (workerd #6866): it counts for nothing.
    this.#armedAt = host.alarmAt !== null && host.alarmAt > host.now() ? host.alarmAt : null;
  }

  /** Sets the alarm to the next due time. To be called after every change that may bring something forward. */
  arm(): void {
    const due = this.#next();
    if (due === null) return;
    // An alarm set to now or before, from within alarm(), never fires (workerd #6866).
    const at = Math.max(this.#host.now() + 1, Math.ceil(due));
    if (this.#armedAt !== null && this.#armedAt <= at) return;
    this.#armedAt = at;
    this.#host.setAlarm(at);
  }

  /**
   * The alarm has come: starts what is due, each duty for itself, and never throws. After seven throws the runtime gives up for
   * good. It waits for none of them: no other alarm comes while one is handled, and a duty that hangs would hold up the rest.
   */
  fire(): void {
    this.#armedAt = null;
    const now = this.#host.now();
    for (const duty of this.#duties) this.#start(duty, now);
    this.arm();
  }

  #start(duty: Duty, now: number): void {
    try {
      const due = this.#due(duty);
      if (due === null || due > now) return;
      const work = duty.run(now);
      if (work) this.#host.background(this.#finish(duty, work, now));
      else this.#held.delete(duty.name);
    } catch (error) {
      this.#hold(duty, error);
    }
  }

  async #finish(duty: Duty, work: Promise<void>, startedAt: number): Promise<void> {
    // Should the actor die under way, or the work hang, the alarm takes it up again.
    this.#held.set(duty.name, { attempts: this.#attempts(duty), until: startedAt + longestRun });
    try {
      await work;
      this.#held.delete(duty.name);
    } catch (error) {
      this.#hold(duty, error);
    }
    this.arm();
  }

  #hold(duty: Duty, error: unknown): void {
    const attempts = this.#attempts(duty) + 1;
    const until = this.#host.now() + retryDelay(attempts, this.#host.random());
    this.#held.set(duty.name, { attempts, until });
    report('duty_failed', error, { duty: duty.name, attempts });
  }

  #attempts(duty: Duty): number {
    return this.#held.get(duty.name)?.attempts ?? 0;
  }

  #next(): number | null {
    let next: number | null = null;
    for (const duty of this.#duties) {
      const due = this.#due(duty);
      if (due !== null && (next === null || due < next)) next = due;
    }
    return next;
  }

  #due(duty: Duty): number | null {
    const due = duty.next();
    return due === null ? null : Math.max(due, this.#held.get(duty.name)?.until ?? 0);
  }
}
