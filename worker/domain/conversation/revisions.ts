/**
 * Revisions: edits and deletions of messages and notes. They are entries, and the log keeps the originals. A reader
 * without the right to originals receives every entry in its revised form, at the same seq.
 */
import type { Entry, EntryOf } from '#protocol';

export type Revisable = EntryOf<'message.sent'> | EntryOf<'note.added'>;
type Revising = EntryOf<'message.edited'> | EntryOf<'message.deleted'>;

export function isRevisable(entry: Entry | undefined): entry is Revisable {
  return entry?.kind === 'message.sent' || entry?.kind === 'note.added';
}

/** The revisions of a log, or of a part of it. */
export class Revisions {
  /** The last revision, by its target. */
  readonly #last = new Map<number, Revising>();
  /** The targets and the edits. */
  readonly #seqs = new Set<number>();

  static of(entries: Iterable<Entry>): Revisions {
    const revisions = new Revisions();
    for (const entry of entries) revisions.add(entry);
    return revisions;
  }

  /** Adds an entry, in any order: a client loads older parts later. A deletion is final. */
  add(entry: Entry): void {
    if (entry.kind !== 'message.edited' && entry.kind !== 'message.deleted') return;
    this.#seqs.add(entry.target).add(entry.seq);
    const last = this.#last.get(entry.target);
    if (last?.kind === 'message.deleted' || (entry.kind === 'message.edited' && last && last.seq > entry.seq))
      return;
    this.#last.set(entry.target, entry);
  }

  /** True if the entry with this seq may have a revised form. */
  has(seq: number): boolean {
    return this.#seqs.has(seq);
  }

  /** The entry in its revised form. Applying it again changes nothing. */
  apply(entry: Entry): Entry {
    if (entry.kind === 'message.edited') return { ...entry, text: this.#textOf(entry.target, entry.text) };
    // A server that knows a later revision has applied it.
    if (!isRevisable(entry) || entry.deleted) return entry;
    const last = this.#last.get(entry.seq);
    if (!last) return entry;
    if (last.kind === 'message.edited') return { ...entry, text: last.text, edited: last.at };
    if (entry.kind === 'note.added') {
      const { edited: _, ...rest } = entry;
      return { ...rest, text: '', deleted: true };
    }
    const { edited: _, files: __, ...rest } = entry;
    return { ...rest, text: '', deleted: true };
  }

  #textOf(target: number, text: string): string {
    const last = this.#last.get(target);
    if (!last) return text;
    return last.kind === 'message.edited' ? last.text : '';
  }
}
