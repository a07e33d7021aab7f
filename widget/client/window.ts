/**
 * A tab's part of a log: one gapless window `(from, cursor]` (LOG-6). Pure; whatever arrives, the window stays gapless.
 */
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

  /** Empties the window; the next range begins it, wherever that starts. */
  reset(): void {
    this.from = this.cursor = 0;
    this.entries = [];
    this.#placed = false;
  }

  /** True once a range has begun the window. */
  get placed(): boolean {
    return this.#placed;
  }

  /** Adds a range. `fresh` are the entries that were not loaded before, in order. */
  apply(range: Range): { fit: Fit; fresh: readonly Entry[] } {
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
}
