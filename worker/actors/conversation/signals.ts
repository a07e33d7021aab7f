/** Ephemeral signals, never stored, and paced for the receiver: typing and previews of a side, presence, marks. */
import { rulesOf } from '#domain/conversation/kinds';
import { otherSide, sideOf, type Side } from '#domain/conversation/parties';
import type { Entry } from '#protocol';
import type { Host } from '../../runtime/host.ts';
import { signal, tellMarks } from './audience.ts';
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
    this.#said[side].put(frame.t, () => signal(this.#host, otherSide(side), frame));
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
    for (const side of entries.flatMap(silenced)) this.#said[side].drop();
  }
}

function silenced(entry: Entry): readonly Side[] {
  const sides = rulesOf(entry)?.silences ?? [];
  if (sides !== 'sender') return sides;
  const sender = sideOf(entry.by);
  return sender ? [sender] : [];
}
