/**
 * Passes on at most one of its frames every so often. Of each kind the latest replaces those before it, and the last one is
 * always sent; kinds take turns. What is pending is lost with the memory, but a pending timer keeps the actor awake.
 */
import { signalEvery } from '#protocol';
import type { Host } from '../host.ts';

export class Coalesced {
  readonly #host: Host;
  /** By kind, in the order in which they became pending. */
  readonly #pending = new Map<string, () => void>();
  #sentAt = -Infinity;
  #cancel: (() => void) | null = null;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Sends now where nothing was sent lately, else as soon as it may. */
  put(kind: string, send: () => void): void {
    this.#pending.set(kind, send);
    this.#proceed();
  }

  /** Drops what is pending. */
  drop(): void {
    this.#pending.clear();
    this.#cancel?.();
    this.#cancel = null;
  }

  #proceed(): void {
    const [next] = this.#pending;
    if (this.#cancel || !next) return;
    const [kind, send] = next;
    // A clock that was set back delays nothing for longer than the interval.
    const wait = Math.min(signalEvery, this.#sentAt + signalEvery - this.#host.now());
    if (wait > 0) {
      this.#cancel = this.#host.timer(wait, () => {
        this.#cancel = null;
        this.#sentAt = -Infinity;
        this.#proceed();
      });
      return;
    }
    this.#pending.delete(kind);
    this.#sentAt = this.#host.now();
    send();
    this.#proceed();
  }
}
