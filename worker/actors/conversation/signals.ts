/** Ephemeral signals, never stored, and paced for the receiver: typing and previews of a side, presence, marks. */
import type { Entry } from '#protocol';
import type { Host } from '../../runtime/host.ts';
import { signal, tellMarks, type Side } from './audience.ts';
import { Coalesced } from './coalesced.ts';
import type { Journal } from './journal.ts';

/** For presence and marks: a message causes two marks, which are sent without a timer. */
const atOnce = 10;

type Said =
  | { readonly t: 'typing'; readonly by: object; readonly on: boolean }
  | { readonly t: 'preview'; readonly text: string };

export class Signals {
  readonly #host: Host;
  readonly #journal: Journal;
  readonly #said: Readonly<Record<Side, Coalesced>>;
  readonly #presence: Coalesced;
  readonly #marks: Coalesced;

  constructor(host: Host, journal: Journal) {
    this.#host = host;
    this.#journal = journal;
    this.#said = { visitor: new Coalesced(host), agent: new Coalesced(host) };
    this.#presence = new Coalesced(host, atOnce);
    this.#marks = new Coalesced(host, atOnce);
  }

  /** A side types: sends that to the other side. */
  say(side: Side, frame: Said): void {
    const to = side === 'visitor' ? 'agent' : 'visitor';
    this.#said[side].put(frame.t, () => signal(this.#host, to, frame));
  }

  /** The visitor has a live tab, or none any more. */
  present(present: boolean): void {
    if (!present) this.#said.visitor.drop();
    this.#presence.put('presence', () => signal(this.#host, 'agent', { t: 'presence', present }));
  }

  /** A side's marks have changed. Each side receives the marks as they are when they are sent. */
  marks(): void {
    this.#marks.put('marks', () => tellMarks(this.#host, this.#journal));
  }

  /** Entries replace pending signals: a message its preview, a change of owner the previous owner's typing. */
  written(entries: readonly Entry[]): void {
    for (const { kind, by } of entries) {
      if (kind === 'message.sent' && by.kind !== 'system') this.#said[by.kind].drop();
      if (kind === 'agent.assigned' || kind === 'agent.unassigned') this.#said.agent.drop();
      if (kind === 'conversation.closed') for (const side of Object.values(this.#said)) side.drop();
    }
  }
}
