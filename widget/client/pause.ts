/** The waits between tries of a request: with backoff, for as long as the server asks, or until the page or the network is back. */
import { reconnectDelay } from '#domain/base/backoff';
import type { Environment } from './environment.ts';

/** The shortest wait, in milliseconds. */
const shortest = 500;

export class Pause {
  /** When the wait is over; null while nothing waits. */
  until: number | null = null;
  /** The server was reached, and takes no more for now. */
  busy = false;
  readonly #env: Environment;
  readonly #changed: () => void;
  #failures = 0;
  #cancel: () => void = () => undefined;

  constructor(env: Environment, changed: () => void) {
    this.#env = env;
    this.#changed = changed;
  }

  /** Waits. `retryAfter` is what the server asks for, in milliseconds; without it the server was not reached. */
  wait(retryAfter?: number): Promise<void> {
    const env = this.#env;
    this.#failures++;
    this.busy = retryAfter !== undefined;
    // Clients that were refused together come back one by one.
    const asked = (retryAfter ?? 0) * (1 + env.random() / 2);
    const delay = Math.max(shortest, reconnectDelay(this.#failures, env.random()), asked);
    this.until = env.now() + delay;
    this.#changed();
    return new Promise((resolve) => {
      const stopWaking = env.onWake(() => this.#cancel());
      const stopTimer = env.after(delay, () => this.#cancel());
      this.#cancel = () => {
        stopWaking();
        stopTimer();
        resolve();
      };
    });
  }

  /** A request got through: the next failure waits shortly again. */
  over(): void {
    this.#failures = 0;
    this.until = null;
    this.busy = false;
  }

  cancel(): void {
    this.#cancel();
  }
}
