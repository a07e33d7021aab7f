/**
 * A frame can be lost on its way to a socket that looks open (its runtime died), and a lost last frame shows no gap.
 * So tabs confirm how much of the log they have, and a tab that does not confirm in time is closed, and resumes. The
 * confirmed position is in the socket's attachment; an eviction loses only how long the tab has been late.
 */
import { closeCodes } from '#protocol';
import type { Host, Socket } from '../../runtime/host.ts';
import { attachmentOf } from './attachment.ts';
import { following } from './audience.ts';
import type { Journal } from './journal.ts';

/** How long a tab may take to confirm, in milliseconds: a second of its coalescing, and a slow connection. */
const patience = 10_000;

export class LagWatch {
  readonly #host: Host;
  readonly #journal: Journal;
  /** For each tab with unconfirmed entries: the expected seq, and since when. */
  readonly #owed = new Map<Socket, { readonly upTo: number; readonly since: number }>();
  readonly #closing: () => void;
  #cancel: (() => void) | null = null;

  /** `closing` is called before tabs are closed: a dead connection may never cause a close event. */
  constructor(host: Host, journal: Journal, closing: () => void) {
    this.#host = host;
    this.#journal = journal;
    this.#closing = closing;
    // After an eviction, expect confirmations again. A tab without a recorded position is of an earlier version and is
    // skipped.
    this.expect(following(host).filter((socket) => heldBy(socket) !== undefined));
  }

  /**
   * The server sent entries to these tabs, or to all followers: each must confirm that it has the log up to the head.
   */
  expect(sockets: readonly Socket[] = following(this.#host)): void {
    const upTo = this.#journal.head;
    const since = this.#host.now();
    for (const socket of sockets) {
      if (!this.#owed.has(socket) && (heldBy(socket) ?? 0) < upTo) this.#owed.set(socket, { upTo, since });
    }
    this.#wait();
  }

  /** A tab confirmed a position. Once all tabs are at the head, no timer runs. */
  confirmed(socket: Socket): void {
    const owed = this.#owed.get(socket);
    const held = heldBy(socket) ?? 0;
    if (!owed || held < owed.upTo) return;
    this.#owed.delete(socket);
    // Entries sent since then have a deadline of their own.
    if (held < this.#journal.head) this.expect([socket]);
    this.#rest();
  }

  /** A tab closed. */
  gone(socket: Socket): void {
    this.#owed.delete(socket);
    this.#rest();
  }

  #wait(): void {
    if (this.#cancel || this.#owed.size === 0) return;
    const since = Math.min(...[...this.#owed.values()].map((owed) => owed.since));
    this.#cancel = this.#host.timer(Math.max(0, since + patience - this.#host.now()), () => {
      this.#cancel = null;
      this.#close(this.#host.now() - patience);
      this.#wait();
    });
  }

  #rest(): void {
    if (this.#owed.size > 0) return;
    this.#cancel?.();
    this.#cancel = null;
  }

  #close(before: number): void {
    const late = [...this.#owed].filter(([, { since }]) => since <= before);
    if (late.length > 0) this.#closing();
    for (const [socket] of late) {
      this.#owed.delete(socket);
      socket.close(closeCodes.lagging, 'resume');
    }
  }
}

const heldBy = (socket: Socket): number | undefined => attachmentOf(socket)?.held;
