/**
 * Sends messages to the owner's lists: the first almost at once, then at most every two seconds. It sends a state and
 * no entries, so nothing is stored: a tab that missed it asks again. Changes of the owner are followed durably
 * (followers/owner.ts).
 */
import type { Summary } from '#protocol';
import type { Host } from '../../runtime/host.ts';
import { report } from '../../runtime/report.ts';
import type { Journal } from './journal.ts';

/** Delivers a summary to an agent's lists. */
export type TellOwner = (agent: string, summary: Summary) => Promise<void>;

/** Plus a random third each time, so that conversations do not send in step. In milliseconds. */
const every = 2_000;
/** In milliseconds: the sender waits for the answer, so that is sent first. */
const moment = 50;

export class OwnerNews {
  readonly #host: Host;
  readonly #journal: Journal;
  readonly #send: TellOwner;
  #toldAt = 0;
  #timer: (() => void) | null = null;

  constructor(host: Host, journal: Journal, send: TellOwner) {
    this.#host = host;
    this.#journal = journal;
    this.#send = send;
  }

  touch(): void {
    if (this.#timer || this.#journal.state.phase !== 'active') return;
    const pause = every * (1 + this.#host.random() / 3);
    const wait = Math.max(moment, this.#toldAt + pause - this.#host.now());
    this.#timer = this.#host.timer(wait, () => {
      this.#timer = null;
      this.#tell();
    });
  }

  #tell(): void {
    const { state, marks } = this.#journal;
    if (!state.owner) return;
    this.#toldAt = this.#host.now();
    const told = this.#send(state.owner.id, { state, unread: marks.agent.unread });
    this.#host.background(told.catch((error: unknown) => report('owner_not_told', error)));
  }
}
