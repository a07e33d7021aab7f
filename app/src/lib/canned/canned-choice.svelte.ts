/** The search in the picker of canned responses: the typed text, the chosen forum and the chosen row. */
import { search, type Search } from '#domain/canned/match';
import type { CannedResponse, Forum } from '#protocol';
import { mostRows } from '../ranked.ts';
import type { CannedWriting } from './canned-writing.svelte.ts';
import type { Loading } from './forums.svelte.ts';

/** The forums of the open chat. */
export const here = '';
/** Rows that a page key moves by. */
const page = 8;

export class CannedChoice {
  query = $state('');
  forum = $state<string>(here);
  #chosen = $state.raw<string | null>(null);
  readonly #canned: CannedWriting;
  readonly #forums: readonly Forum[] = $derived.by(() => {
    const { forums, campaign } = this.#canned.options;
    return this.forum === here
      ? forums.of(campaign() ?? '')
      : forums.list.filter(({ id }) => id === this.forum);
  });
  readonly #all = $derived.by(() => {
    const { forums, recent } = this.#canned.options;
    return recent.first(forums.responses(this.#forums));
  });
  /** Beyond so many rows typing is faster than scrolling. */
  readonly result: Search<CannedResponse> = $derived.by(() => search(this.#all, this.query, mostRows));
  /** The place of the chosen row: the first one until another is chosen. */
  readonly at: number = $derived.by(() => {
    const { found } = this.result;
    const at = found.findIndex(({ id }) => id === this.#chosen);
    return at < 0 && found.length > 0 ? 0 : at;
  });
  readonly chosen: CannedResponse | null = $derived.by(() => this.result.found[this.at] ?? null);
  readonly state: Loading = $derived.by(() => {
    const { forums } = this.#canned.options;
    return forums.listed === 'ready' ? forums.stateOf(this.#forums) : forums.listed;
  });

  constructor(canned: CannedWriting) {
    this.#canned = canned;
  }

  /** There is nothing to search in. */
  get empty(): boolean {
    return this.#all.length === 0;
  }

  /** The picker opens: with the forum of the last time, and another search. */
  open(): void {
    this.type('');
  }

  type(query: string): void {
    this.query = query;
    this.#chosen = null;
  }

  select(forum: string): void {
    this.forum = forum;
    this.#chosen = null;
    const { forums } = this.#canned.options;
    const found = forums.list.find(({ id }) => id === forum);
    if (found) forums.want(found);
  }

  choose(at: number): void {
    this.#chosen = this.result.found[at]?.id ?? null;
  }

  /** The keys that move through the rows. Returns true for one of them. */
  press(key: string): boolean {
    const last = this.result.found.length - 1;
    const to: Partial<Record<string, number>> = {
      ArrowDown: this.at === last ? 0 : this.at + 1,
      ArrowUp: this.at <= 0 ? last : this.at - 1,
      PageDown: Math.min(last, this.at + page),
      PageUp: Math.max(0, this.at - page),
    };
    const at = to[key];
    if (at === undefined) return false;
    this.choose(at);
    return true;
  }

  retry(): void {
    this.#canned.options.forums.retry();
  }
}
