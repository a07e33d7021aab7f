/** Says how far this tab has got (V27): at once, then coalesced. */
import type { Environment } from './environment.ts';

/** Marks go out at most once in so many milliseconds. */
const every = 1_000;

export class MarkReporter {
  readonly #env: Environment;
  readonly #send: (mark: { t: 'mark'; delivered: number; read: number }) => boolean;
  #delivered = 0;
  #read = 0;
  #sent = { delivered: 0, read: 0, at: -every };
  #timer: (() => void) | null = null;

  /** `send` answers whether it could. */
  constructor(env: Environment, send: (mark: { t: 'mark'; delivered: number; read: number }) => boolean) {
    this.#env = env;
    this.#send = send;
  }

  /** What is held up to `delivered` has arrived here. */
  delivered(delivered: number): void {
    this.#delivered = delivered;
    this.#report();
  }

  /** What is held up to `read` has been on a screen that somebody looked at. */
  read(read: number): void {
    if (read <= this.#read) return;
    this.#read = read;
    this.#report();
  }

  /** Another server, or the same after a break: it is told anew. */
  forget(): void {
    this.#sent = { delivered: 0, read: 0, at: this.#sent.at };
  }

  /** What was read a moment ago was read: it is told before the line is closed. */
  end(): void {
    if (!this.#timer) return;
    this.#timer();
    this.#tell();
  }

  #report(): void {
    const { delivered, read, at } = this.#sent;
    if (this.#timer || (this.#delivered === delivered && Math.min(this.#read, this.#delivered) <= read))
      return;
    const wait = at + every - this.#env.now();
    if (wait <= 0) {
      this.#tell();
      return;
    }
    this.#timer = this.#env.after(wait, () => {
      this.#timer = null;
      this.#report();
    });
  }

  #tell(): void {
    const delivered = this.#delivered;
    const read = Math.min(this.#read, delivered);
    if (this.#send({ t: 'mark', delivered, read })) this.#sent = { delivered, read, at: this.#env.now() };
  }
}
