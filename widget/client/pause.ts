/**
 * The pause before the next try of a request: it ends after the backoff, after the server's own delay, or when the
 * page or the network is back.
 */
import { reconnectDelay } from '#domain/base/backoff';
import type { Environment } from './environment.ts';

/** The shortest pause, in milliseconds. */
const shortest = 500;

export class Pause {
  /** The end of the pause; null if there is none. */
  until: number | null = null;
  /** The server was reached, but accepts no more for now. */
  busy = false;
  readonly #env: Environment;
  readonly #changed: () => void;
  #failures = 0;
  #cancel: () => void = () => undefined;

  constructor(env: Environment, changed: () => void) {
    this.#env = env;
    this.#changed = changed;
  }

  /** Waits. `retryAfter` is the server's delay in milliseconds; without it the server was not reached. */
  wait(retryAfter?: number): Promise<void> {
    const env = this.#env;
    this.#failures++;
    this.busy = retryAfter !== undefined;
    // Clients that were refused together return spread out.
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

  /** A request succeeded: the next failure waits briefly again. */
  over(): void {
    this.#failures = 0;
    this.until = null;
    this.busy = false;
  }

  cancel(): void {
    this.#cancel();
  }
}
