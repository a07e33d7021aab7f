/** The readers of the model: the log as each may see it, and the texts that must not reach them. */
import { aliasAmong } from '#domain/conversation/aliases';
import { entryForVisitor } from '#domain/conversation/redaction';
import { isRevisable, Revisions } from '#domain/conversation/revisions';
import type { Entry } from '#protocol';
import type { Reader } from '../../worker/actors/conversation/audience.ts';

/** A text with a mark of its own, by which a check finds it in any frame. */
export const marked = (number: number): string => `§${number}§`;
const marksIn = (text: string): string[] => text.match(/§\d+§/g) ?? [];

/** Aliases of the agents, in the order of their ownership. */
export const aliasIn = (log: readonly Entry[]) =>
  aliasAmong(new Set(log.flatMap((entry) => (entry.kind === 'agent.assigned' ? [entry.agent.id] : []))));

/** The log as a reader may see it, with the revisions up to a seq: without one, all of them. */
export function readable(log: readonly Entry[], reader: Reader, upTo = log.length): readonly Entry[] {
  if (reader === 'supervisor') return log;
  const revisions = Revisions.of(log.slice(0, upTo));
  const revised = log.map((entry) => revisions.apply(entry));
  if (reader === 'agent') return revised;
  const alias = aliasIn(log);
  return revised.flatMap((entry) => entryForVisitor(entry, alias) ?? []);
}

/**
 * The seqs of entries of a view that are no form of the log. An entry may show a revision that lies beyond the view:
 * the server knew it when it sent the entry.
 */
export function wrongIn(
  view: { readonly from: number; readonly cursor: number; readonly entries: readonly Entry[] },
  log: readonly Entry[],
  reader: Reader,
): number[] {
  const later = log.filter(
    ({ seq, kind }) => seq > view.cursor && (kind === 'message.edited' || kind === 'message.deleted'),
  );
  const forms = [view.cursor, ...later.map(({ seq }) => seq)].map((upTo) =>
    readable(log, reader, upTo).filter(({ seq }) => seq > view.from && seq <= view.cursor),
  );
  const seqs = forms[0]?.map(({ seq }) => seq) ?? [];
  if (
    !isSame(
      view.entries.map(({ seq }) => seq),
      seqs,
    )
  )
    return [-1];
  return seqs.filter((_, index) => !forms.some((form) => isSame(form[index], view.entries[index])));
}

/** The marked texts of a log that agents and the visitor may not see any more, or, in notes, the visitor never. */
export class Secrets {
  seq = 0;
  readonly #notes = new Set<string>();
  readonly #gone = new Set<string>();
  readonly #present = new Map<number, string | null>();

  add(entry: Entry): void {
    this.seq = entry.seq;
    if (isRevisable(entry)) this.#put(entry.seq, entry.text, entry.kind === 'note.added');
    if (entry.kind === 'message.edited') this.#put(entry.target, entry.text, entry.of === 'note');
    if (entry.kind === 'message.deleted') this.#put(entry.target, null, false);
  }

  #put(target: number, text: string | null, note: boolean): void {
    const before = this.#present.get(target);
    if (before) this.#gone.add(before);
    this.#present.set(target, text);
    if (note && text !== null) this.#notes.add(text);
  }

  /** The first text in a frame that its reader may not see. */
  in(frame: string, reader: Reader): string | undefined {
    if (reader === 'supervisor') return undefined;
    return marksIn(frame).find(
      (mark) => this.#gone.has(mark) || (reader === 'visitor' && this.#notes.has(mark)),
    );
  }
}

export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
