/** A transcript from the history, loaded backwards from its end. */
import { isRefusal, type Entry, type Range, type Refusal } from '#protocol';
import { ask } from '../api.ts';

const atOnce = 100;

export class PastEntries {
  entries = $state.raw<readonly Entry[]>([]);
  /** Entries up to and including this seq are not loaded yet. */
  from = $state(0);
  loading = $state(false);
  refusal = $state.raw<Refusal | null>(null);
  readonly #path: string;

  /** `path` may have a query. */
  constructor(path: string) {
    this.#path = path;
  }

  async load(): Promise<void> {
    this.loading = true;
    const range = await this.#ask('');
    this.loading = false;
    if (isRefusal(range)) this.refusal = range;
    else {
      this.refusal = null;
      this.entries = range.entries;
      this.from = range.after;
    }
  }

  async older(): Promise<void> {
    if (this.loading || this.from === 0) return;
    this.loading = true;
    const range = await this.#ask(`&before=${this.from + 1}`);
    this.loading = false;
    // On failure, the next scroll requests it again.
    if (isRefusal(range) || range.upTo !== this.from) return;
    this.entries = [...range.entries, ...this.entries];
    this.from = range.after;
  }

  #ask(before: string): Promise<Range | Refusal> {
    const glue = this.#path.includes('?') ? '&' : '?';
    return ask<Range>('GET', `${this.#path}${glue}limit=${atOnce}${before}`);
  }
}
