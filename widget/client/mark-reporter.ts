/** Sends this tab's marks (MRK-2): at once, then coalesced. */
import type { Environment } from './environment.ts';

/** Marks are sent at most once in this many milliseconds. */
const every = 1_000;

export class MarkReporter {
  readonly #env: Environment;
  readonly #send: (mark: { t: 'mark'; delivered: number; read: number }) => boolean;
  #delivered = 0;
  #read = 0;
  #sent = { delivered: 0, read: 0, at: -every };
  #timer: (() => void) | null = null;

  /** `send` returns whether the frame was sent. */
  constructor(env: Environment, send: (mark: { t: 'mark'; delivered: number; read: number }) => boolean) {
    this.#env = env;
    this.#send = send;
  }

  /** Entries up to `delivered` have arrived in this tab. */
  delivered(delivered: number): void {
    this.#delivered = delivered;
    this.#report();
  }

  /** Entries up to `read` have been visible to the reader. */
  read(read: number): void {
    if (read <= this.#read) return;
    this.#read = read;
    this.#report();
  }

  /** After a reconnect the server has to receive the marks again. */
  forget(): void {
    this.#sent = { delivered: 0, read: 0, at: this.#sent.at };
  }

  /** A pending mark is sent before the connection closes. */
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
