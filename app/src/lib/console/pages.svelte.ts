/** A long list that is loaded page by page, in the server's order. */
import { isRefusal, type Refusal } from '#protocol';
import { ask } from '$lib/api.ts';

const pageLength = 50;
/** The largest page that the server returns. */
const mostAtOnce = 100;

/** `name` is the name of the list in an answer: `{name: […], next}`. */
export class Pages<T extends { readonly id: string }, Name extends string> {
  items = $state.raw<readonly T[]>([]);
  /** Whether there are more items; null until the first page is loaded. */
  more = $state<boolean | null>(null);
  loading = $state(false);
  /** The time of the last load; 0 before the first. */
  at = $state(0);
  refusal = $state.raw<Refusal | null>(null);
  readonly #path: string;
  readonly #name: Name;
  #filter = '';
  #next: string | null = null;

  constructor(path: string, name: Name) {
    this.#path = path;
    this.#name = name;
  }

  /** Starts again with a filter (a query without `after`). */
  show(filter: URLSearchParams): void {
    this.#filter = filter.toString();
    this.#next = null;
    this.more = null;
    this.items = [];
    void this.load();
  }

  async load(): Promise<void> {
    const filter = this.#filter;
    const query = new URLSearchParams(filter);
    query.set('limit', String(pageLength));
    if (this.#next !== null) query.set('after', this.#next);
    this.loading = true;
    const answer = await ask<Record<Name, T[]> & { next: string | null }>('GET', `${this.#path}?${query}`);
    // Another filter was chosen meanwhile, so this answer is dropped.
    if (filter !== this.#filter) return;
    this.loading = false;
    if (isRefusal(answer)) {
      this.refusal = answer;
      return;
    }
    this.refusal = null;
    this.at = Date.now();
    this.#next = answer.next;
    this.more = answer.next !== null;
    const held = new Set(this.items.map(({ id }) => id));
    this.items = [...this.items, ...answer[this.#name].filter(({ id }) => !held.has(id))];
  }

  /** Loads the beginning of the list again, as one page; items loaded after it stay. */
  async refresh(): Promise<void> {
    if (this.loading || this.more === null) return;
    const filter = this.#filter;
    const query = new URLSearchParams(filter);
    query.set('limit', String(Math.min(mostAtOnce, Math.max(pageLength, this.items.length))));
    this.loading = true;
    const answer = await ask<Record<Name, T[]> & { next: string | null }>('GET', `${this.#path}?${query}`);
    if (filter !== this.#filter) return;
    this.loading = false;
    // After a refusal, the shown items keep their earlier time.
    if (isRefusal(answer)) return;
    this.at = Date.now();
    const fresh = answer[this.#name];
    const lastId = fresh.at(-1)?.id;
    const after = this.items.findIndex(({ id }) => id === lastId);
    if (answer.next !== null && after >= 0) this.items = [...fresh, ...this.items.slice(after + 1)];
    else {
      this.items = fresh;
      this.#next = answer.next;
      this.more = answer.next !== null;
    }
  }
}
