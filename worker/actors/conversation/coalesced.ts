/**
 * Sends at most one of its frames per interval. Of each kind the latest replaces earlier ones, and the last one is
 * always sent; kinds take turns. Pending frames are lost with the memory, but a pending timer keeps the actor awake.
 */
import * as bucket from '#domain/base/bucket';
import { signalEvery } from '#protocol';
import type { Host } from '../../runtime/host.ts';

const perSecond = 1_000 / signalEvery;

export class Coalesced {
  readonly #host: Host;
  readonly #burst: number;
  /** By kind, in the order in which they became pending. */
  readonly #pending = new Map<string, () => void>();
  #bucket: bucket.Bucket;
  #cancel: (() => void) | null = null;

  /** `burst` frames may be sent at once, so that rare frames need no timer. */
  constructor(host: Host, burst = 1) {
    this.#host = host;
    this.#burst = burst;
    this.#bucket = bucket.fill(burst, host.now());
  }

  /** Sends now if few were sent lately, otherwise as soon as permitted. */
  put(kind: string, send: () => void): void {
    this.#pending.set(kind, send);
    this.#proceed();
  }

  /** Drops the pending frames. */
  drop(): void {
    this.#pending.clear();
    this.#cancel?.();
    this.#cancel = null;
  }

  #proceed(): void {
    const [next] = this.#pending;
    if (this.#cancel || !next) return;
    const taken = bucket.take(this.#bucket, perSecond, this.#burst, this.#host.now());
    this.#bucket = taken.bucket;
    if (taken.wait > 0) {
      this.#cancel = this.#host.timer(taken.wait, () => {
        this.#cancel = null;
        // Filled independently of the clock: the timer has waited long enough.
        this.#bucket = bucket.fill(1, this.#host.now());
        this.#proceed();
      });
      return;
    }
    const [kind, send] = next;
    this.#pending.delete(kind);
    send();
    this.#proceed();
  }
}
