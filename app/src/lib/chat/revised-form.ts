/** The form in which a screen shows a message: revised, also by commands of the reader that are unanswered. Pure. */
import type { Pending } from '#client/outbox';
import { isRevisable, Revisions, type Revisable } from '#domain/conversation/revisions';
import { deletedFilesKeptFor, type Entry } from '#protocol';

export interface Version {
  readonly at: number;
  readonly text: string;
}
export interface RevisedForm<E extends Revisable> {
  readonly entry: E;
  /** The replaced texts, oldest first, for a reader who receives originals. */
  readonly originals?: readonly Version[];
  /** Of a deleted message with files: until when that reader can open them. */
  readonly filesUntil?: number;
  /** The reader's edit or deletion that is unanswered, or was refused. */
  readonly revising?: Pending;
}

export class RevisedForms {
  readonly #revisions: Revisions;
  /** The texts of edits, by their target. */
  readonly #edits = new Map<number, Version[]>();
  /** The times of deletions, by their target. */
  readonly #deletions = new Map<number, number>();
  readonly #pending = new Map<number, Pending>();

  constructor(entries: readonly Entry[], pending: readonly Pending[]) {
    this.#revisions = Revisions.of(entries);
    for (const entry of entries) {
      if (entry.kind === 'message.deleted') this.#deletions.set(entry.target, entry.at);
      if (entry.kind !== 'message.edited') continue;
      const { at, target, text } = entry;
      this.#edits.set(target, [...(this.#edits.get(target) ?? []), { at, text }]);
    }
    for (const each of pending) {
      if (each.frame.t === 'message.edit' || each.frame.t === 'message.delete')
        this.#pending.set(each.frame.target, each);
    }
  }

  of<E extends Revisable>(entry: E): RevisedForm<E> {
    const revised = this.#revisions.apply(entry);
    const present = isRevisable(revised) && revised !== entry ? withText(entry, revised) : entry;
    const originals = this.#originals(entry, present);
    const deletedAt = entry.kind === 'message.sent' && entry.files && this.#deletions.get(entry.seq);
    const revising = present.deleted ? undefined : this.#pending.get(entry.seq);
    return {
      entry: revising ? revisedBy(present, revising) : present,
      ...(originals.length > 0 && { originals }),
      ...(originals.length > 0 && deletedAt && { filesUntil: deletedAt + deletedFilesKeptFor }),
      ...(revising && { revising }),
    };
  }

  #originals(entry: Revisable, present: Revisable): Version[] {
    // Readers without the right to originals receive messages in their revised form.
    if (entry.edited !== undefined || entry.deleted || entry === present) return [];
    const versions = [{ at: entry.at, text: entry.text }, ...(this.#edits.get(entry.seq) ?? [])];
    return present.deleted ? versions : versions.slice(0, -1);
  }
}

function revisedBy<E extends Revisable>(entry: E, { frame }: Pending): E {
  if (frame.t === 'message.edit') return { ...entry, text: frame.text };
  return { ...entry, text: '', deleted: true };
}

function withText<E extends Revisable>(entry: E, { text, edited, deleted }: Revisable): E {
  return { ...entry, text, ...(edited !== undefined && { edited }), ...(deleted && { deleted }) };
}
