/**
 * The one alarm of an actor, shared by all deferred work. A duty computes when it is next due from stored state alone,
 * so that a crash forgets nothing. A duty must be safe to run twice, because alarms are at-least-once.
 */
import { retryDelay } from '#domain/base/backoff';
import type { Host } from './host.ts';
import { report } from './report.ts';

export interface Duty {
  readonly name: string;
  /** When the duty is next due, in milliseconds, or null. */
  next(): number | null;
  run(now: number): void | Promise<void>;
}

/** A duty that is still running after this time is started again, in milliseconds. */
const longestRun = 30_000;
/**
 * An alarm that was due when the actor woke is delivered within this time, or never, in milliseconds (workerd #6866).
 */
const deliveredWithin = 5_000;
/** How long a handled alarm waits for the duties that it started, in milliseconds. */
const linger = 2_000;
/**
 * Moving the alarm later costs a row. It is worth that only by more than this, in milliseconds: the early alarm would
 * wake the actor for nothing.
 */
const worthwhile = 60_000;
/** … unless the alarm is about to fire. */
const imminent = 1_000;

export class Alarm {
  readonly #host: Host;
  readonly #duties: readonly Duty[];
  #armedAt: number | null = null;
  /** Until the stored alarm is known, none is set. */
  #known = false;
  /** Duties that threw or are running wait for their next turn, each for itself. */
  readonly #held = new Map<string, { attempts: number; until: number }>();
  /** Ends the wait for an alarm that was already due when the actor woke. */
  #awaited: (() => void) | null = null;
  /**
   * The runtime delivers an alarm again if its handler has not ended: until this time its running duties need no other
   * alarm.
   */
  #lingersUntil: number | null = null;

  constructor(host: Host, duties: readonly Duty[]) {
    this.#host = host;
    this.#duties = duties;
    host.background(this.#look());
  }

  async #look(): Promise<void> {
    const alarmAt = await this.#host.alarmAt;
    if (this.#known) return;
    this.#known = true;
    if (alarmAt !== null && alarmAt > this.#host.now()) this.#armedAt = alarmAt;
    else if (alarmAt !== null) {
      // This alarm woke the actor and is about to be delivered: setting another one now would cancel it.
      this.#awaited = this.#host.timer(deliveredWithin, () => {
        this.#awaited = null;
        this.arm();
      });
    }
    this.arm();
  }

  /** Sets the alarm to the next due time. Call it after every change that may bring a due time forward. */
  arm(): void {
    if (!this.#known || this.#awaited) return;
    const due = this.#next();
    if (due === null || (this.#lingersUntil !== null && due >= this.#lingersUntil)) return;
    // An alarm set to now or before, from within alarm(), never fires (workerd #6866).
    const at = Math.max(this.#host.now() + 1, Math.ceil(due));
    if (this.#armedAt !== null && this.#armedAt <= at) return;
    this.#set(at);
  }

  /** Some work has ended: an alarm that only guarded it is moved to the next due time, or removed. */
  settle(): void {
    this.arm();
    if (this.#armedAt === null || this.#lingersUntil !== null) return;
    const due = this.#next();
    if (this.#armedAt < this.#host.now() + imminent) return;
    if (due !== null && due < this.#armedAt + worthwhile) return;
    this.#set(due === null ? null : Math.ceil(due));
  }

  /**
   * The alarm has fired: starts each due duty on its own, and never throws. After seven throws the runtime gives up
   * for good. It waits a moment for the duties that it started, and no longer: the runtime delivers no other alarm
   * meanwhile, and a duty that hangs would delay the rest.
   */
  async fire(): Promise<void> {
    this.#known = true;
    this.#awaited?.();
    this.#awaited = null;
    this.#armedAt = null;
    const now = this.#host.now();
    const works = this.#duties.flatMap((duty) => this.#start(duty, now) ?? []);
    if (works.length > 0) {
      this.#lingersUntil = now + linger;
      this.arm();
      await this.#first(works);
      this.#lingersUntil = null;
    }
    this.arm();
  }

  /** Waits for the duties, which do not throw, within the time allowed. */
  #first(works: Promise<void>[]): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#host.timer(linger, resolve);
      void Promise.all(works).then(() => {
        cancel();
        resolve();
      });
    });
  }

  #set(at: number | null): void {
    this.#armedAt = at;
    this.#host.setAlarm(at);
  }

  #start(duty: Duty, now: number): Promise<void> | undefined {
    try {
      const due = this.#due(duty);
      if (due === null || due > now) return undefined;
      const work = duty.run(now);
      if (work) {
        const finished = this.#finish(duty, work, now);
        this.#host.background(finished);
        return finished;
      }
      this.#held.delete(duty.name);
    } catch (error) {
      this.#hold(duty, error);
    }
    return undefined;
  }

  async #finish(duty: Duty, work: Promise<void>, startedAt: number): Promise<void> {
    // If the actor dies meanwhile, or the duty hangs, the alarm starts the duty again.
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
