/**
 * The visitor's position in the queue, requested from the dispatcher at most about once a second, however many tabs
 * connect.
 */
import type { Waiting } from '#protocol';
import type { Host } from '../../runtime/host.ts';

/** An answer is reused for this long, in milliseconds. */
const every = 1_000;

export class QueuePosition {
  readonly #host: Host;
  readonly #ask: () => Promise<Waiting | null>;
  #askedAt = -Infinity;
  #answer: Promise<Waiting | null> = Promise.resolve(null);
  /** The last position that the dispatcher sent: later than any answer. */
  #sent: Waiting | null = null;

  constructor(host: Host, ask: () => Promise<Waiting | null>) {
    this.#host = host;
    this.#ask = ask;
  }

  /** The dispatcher has sent the position unasked. */
  sent(waiting: Waiting): void {
    this.#sent = waiting;
  }

  async now(): Promise<Waiting | null> {
    if (Math.abs(this.#host.now() - this.#askedAt) >= every) {
      this.#askedAt = this.#host.now();
      this.#sent = null;
      this.#answer = this.#ask();
    }
    const answer = await this.#answer;
    return this.#sent ?? answer;
  }
}
