/**
 * A frame can be lost on its way to a socket that looks open (a runtime that went away under it), and a lost last frame shows no
 * gap. So tabs say how far they are; one that stays silent about what it was sent is closed, and resumes.
 */
import { closeCodes } from '#protocol';
import type { Host, Socket } from '../host.ts';
import { following } from './audience.ts';
import type { Journal } from './journal.ts';

/** How long a tab may take to say so, in milliseconds: a second of its coalescing, and a slow line. */
const patience = 10_000;

export class LagWatch {
  readonly #host: Host;
  readonly #journal: Journal;
  readonly #delivered = new WeakMap<Socket, number>();
  #cancel: (() => void) | null = null;

  constructor(host: Host, journal: Journal) {
    this.#host = host;
    this.#journal = journal;
  }

  /** Something was sent: those who follow have to say that they have it. Where nobody does, nothing is waited for. */
  expect(): void {
    if (this.#cancel || following(this.#host).length === 0) return;
    const head = this.#journal.head;
    this.#cancel = this.#host.timer(patience, () => {
      this.#cancel = null;
      for (const socket of following(this.#host)) {
        if ((this.#delivered.get(socket) ?? 0) < head) socket.close(closeCodes.lagging, 'resume');
      }
      if (this.#journal.head > head) this.expect();
    });
  }

  /** A tab says how far it is. Once all are there, nothing is waited for. */
  report(socket: Socket, delivered: number): void {
    this.#delivered.set(socket, delivered);
    this.#look();
  }

  /** A tab has gone: it is waited for no more. */
  gone(socket: Socket): void {
    this.#delivered.set(socket, Infinity);
    this.#look();
  }

  #look(): void {
    if (!this.#cancel) return;
    const { head } = this.#journal;
    if (following(this.#host).some((other) => (this.#delivered.get(other) ?? 0) < head)) return;
    this.#cancel();
    this.#cancel = null;
  }
}
