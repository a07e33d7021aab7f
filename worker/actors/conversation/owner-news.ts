/**
 * Tells the owner's lists of messages: the first in a moment, then every two seconds at most. It is news of a state and not of entries, so
 * nothing is kept: whoever missed it asks again. Changes of the owner are followed durably (targets.ts).
 */
import type { Host } from '../../runtime/host.ts';
import { report } from '../../runtime/report.ts';
import type { Journal } from './journal.ts';
import type { Targets } from './targets.ts';

/** Drawn anew each time between so much and a third more, so that no two conversations keep in step. */
const every = 2_000;
/** Nobody waits for a list, but the sender waits for the answer: that goes first. */
const moment = 50;

export class OwnerNews {
  readonly #host: Host;
  readonly #journal: Journal;
  readonly #targets: Targets;
  #toldAt = 0;
  #timer: (() => void) | null = null;

  constructor(host: Host, journal: Journal, targets: Targets) {
    this.#host = host;
    this.#journal = journal;
    this.#targets = targets;
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
    const told = this.#targets.owner(state.owner.id, { state, unread: marks.agent.unread });
    this.#host.background(told.catch((error: unknown) => report('owner_not_told', error)));
  }
}
