/** Where the visitor stands in the queue: asked of the dispatcher at most about once a second, however many tabs come. */
import type { Waiting } from '#protocol';
import type { Host } from '../../runtime/host.ts';

/** An answer serves for so long, in milliseconds. */
const every = 1_000;

export class Places {
  readonly #host: Host;
  readonly #ask: () => Promise<Waiting | null>;
  #askedAt = -Infinity;
  #answer: Promise<Waiting | null> = Promise.resolve(null);
  /** What the dispatcher has sent since: later than any answer. */
  #sent: Waiting | null = null;

  constructor(host: Host, ask: () => Promise<Waiting | null>) {
    this.#host = host;
    this.#ask = ask;
  }

  /** The dispatcher has sent the place by itself. */
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
