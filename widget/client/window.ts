/**
 * A tab's part of a log: one gapless window `(from, cursor]` (LOG-6). Pure; whatever arrives, the window stays gapless.
 * Unless its reader has the right to originals, a revision changes the loaded entries at once (ENT-19).
 */
import { Revisions } from '#domain/conversation/revisions';
import type { Entry, Range } from '#protocol';

/** The effect of a range: it extended the end, extended the beginning, contained nothing new, or revealed a gap. */
export type Fit = 'appended' | 'prepended' | 'old' | 'gap';

export class LogWindow {
  /** Entries up to and including this seq are not loaded; 0 if the window reaches back to the beginning. */
  from = 0;
  /** The last loaded seq. */
  cursor = 0;
  entries: Entry[] = [];
  #placed = false;
  /** Those of the loaded entries; null: the entries stay as they were written. */
  #revisions: Revisions | null;

  constructor({ originals = false }: { readonly originals?: boolean } = {}) {
    this.#revisions = originals ? null : new Revisions();
  }

  /** Empties the window; the next range begins it, wherever that starts. */
  reset(): void {
    this.from = this.cursor = 0;
    this.entries = [];
    this.#placed = false;
    this.#revisions &&= new Revisions();
  }

  /** True once a range has begun the window. */
  get placed(): boolean {
    return this.#placed;
  }

  /** Adds a range. `fresh` are the entries that were not loaded before, in order. */
  apply(range: Range): { fit: Fit; fresh: readonly Entry[] } {
    const applied = this.#place(range);
    this.#revise(applied.fresh);
    return applied;
  }

  #place(range: Range): { fit: Fit; fresh: readonly Entry[] } {
    if (!this.#placed) {
      this.#placed = true;
      this.from = range.after;
      this.cursor = range.upTo;
      this.entries = [...range.entries];
      return { fit: 'appended', fresh: range.entries };
    }
    if (range.after > this.cursor) return { fit: 'gap', fresh: [] };
    if (range.upTo > this.cursor) {
      const cursor = this.cursor;
      const fresh =
        range.after === cursor ? range.entries : range.entries.filter((entry) => entry.seq > cursor);
      this.entries.push(...fresh);
      this.cursor = range.upTo;
      return { fit: 'appended', fresh };
    }
    if (range.upTo === this.from && range.after < this.from) {
      this.entries.unshift(...range.entries);
      this.from = range.after;
      return { fit: 'prepended', fresh: range.entries };
    }
    return { fit: 'old', fresh: [] };
  }

  /** Entries are replaced, never changed in place: a screen may hold the earlier ones. */
  #revise(fresh: readonly Entry[]): void {
    const revisions = this.#revisions;
    if (!revisions) return;
    for (const entry of fresh) revisions.add(entry);
    this.entries = this.entries.map((entry) => (revisions.has(entry.seq) ? revisions.apply(entry) : entry));
  }
}
