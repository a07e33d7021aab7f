/**
 * Throttle: counts the attempts at one key, exactly (Cloudflare's rate limit counts roughly, and per location). It knows the key
 * by its name alone, which holds a hash, and forgets everything when the window is over.
 */
import { throttle } from '#domain';
import { DurableObject } from 'cloudflare:workers';
import type { Env } from './env.ts';

interface Kept {
  kind: throttle.ThrottleKind;
  attempts: throttle.Attempts;
}

export class Throttle extends DurableObject<Env> {
  /** Counts one attempt and lets it through, or says how long to wait. To be asked before the costly work. */
  async attempt(kind: throttle.ThrottleKind): Promise<{ wait: number }> {
    const now = Date.now();
    const policy = throttle.throttlePolicies[kind];
    const { attempts, wait } = throttle.attempt(this.#kept?.attempts, policy, now);
    if (wait > 0) return { wait };
    this.ctx.storage.kv.put<Kept>('kept', { kind, attempts });
    // The first attempt sets the alarm; when it rings, what came since decides whether it is set again.
    if (attempts.count === 1) await this.ctx.storage.setAlarm(throttle.forgetAt(attempts, policy));
    return { wait: 0 };
  }

  /** A success: whoever it was, it was no guess. */
  async clear(): Promise<void> {
    if (this.#kept) await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    const kept = this.#kept;
    const now = Date.now();
    const due = kept ? throttle.forgetAt(kept.attempts, throttle.throttlePolicies[kept.kind]) : now;
    // A past time would break the chain of alarms (workerd #6866).
    if (due > now) await this.ctx.storage.setAlarm(Math.max(due, now + 1));
    else await this.ctx.storage.deleteAll();
  }

  get #kept(): Kept | undefined {
    return this.ctx.storage.kv.get<Kept>('kept');
  }
}
