/** A conversation from the history: its facts, and its transcript from the end backwards. */
import { isRefusal, type ConversationState, type Entry, type Range, type Refusal } from '#protocol';
import { ask } from '$lib/api.ts';

export class Transcript {
  chat = $state.raw<ConversationState | null>(null);
  entries = $state.raw<readonly Entry[]>([]);
  /** Entries up to and including this seq are not here yet. */
  from = $state(0);
  loading = $state(false);
  refusal = $state.raw<Refusal | null>(null);
  readonly #path: string;

  constructor(id: string) {
    this.#path = `/api/conversations/${encodeURIComponent(id)}`;
    void this.load();
  }

  async load(): Promise<void> {
    this.loading = true;
    const [facts, range] = await Promise.all([
      ask<{ state: ConversationState }>('GET', this.#path),
      ask<Range>('GET', `${this.#path}/entries?limit=100`),
    ]);
    this.loading = false;
    if (isRefusal(facts)) this.refusal = facts;
    else if (isRefusal(range)) this.refusal = range;
    else {
      this.refusal = null;
      this.chat = facts.state;
      this.entries = range.entries;
      this.from = range.after;
    }
  }

  async older(): Promise<void> {
    if (this.loading || this.from === 0) return;
    this.loading = true;
    const range = await ask<Range>('GET', `${this.#path}/entries?before=${this.from + 1}&limit=100`);
    this.loading = false;
    // Scrolling on asks again.
    if (isRefusal(range) || range.upTo !== this.from) return;
    this.entries = [...range.entries, ...this.entries];
    this.from = range.after;
  }
}
