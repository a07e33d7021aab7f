/** A transcript from the history, loaded backwards from its end. */
import { isRefusal, type Entry, type Refusal, type TranscriptPart } from '#protocol';

const atOnce = 100;

/** The `limit` entries before a seq; without it, the last ones. */
interface Part {
  readonly limit: number;
  readonly before?: number;
}

export class PastEntries {
  entries = $state.raw<readonly Entry[]>([]);
  /** Entries up to and including this seq are not loaded yet. */
  from = $state(0);
  loading = $state(false);
  refusal = $state.raw<Refusal | null>(null);
  readonly #ask: (part: Part) => Promise<TranscriptPart | Refusal>;

  constructor(ask: (part: Part) => Promise<TranscriptPart | Refusal>) {
    this.#ask = ask;
  }

  async load(): Promise<void> {
    this.loading = true;
    const range = await this.#ask({ limit: atOnce });
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
    const range = await this.#ask({ limit: atOnce, before: this.from + 1 });
    this.loading = false;
    // On failure, the next scroll requests it again.
    if (isRefusal(range) || range.upTo !== this.from) return;
    this.entries = [...range.entries, ...this.entries];
    this.from = range.after;
  }
}
