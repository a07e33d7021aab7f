/**
 * The responses of a forum as its page lists them. Changes of this tab are shown at once; those of others come with
 * the next load, which a change of the forum's version calls for.
 */
import { find, indexed, type Indexed } from '#domain/canned/match';
import { isRefusal, type CannedResponse, type ForumFile, type ForumUses, type Refusal } from '#protocol';
import { getLocale } from '#words/app/runtime';

export interface ResponsesPorts {
  load(): Promise<ForumFile | Refusal>;
  uses(): Promise<ForumUses | Refusal>;
}

export const orders = ['key', 'uses', 'last'] as const;
export type Order = (typeof orders)[number];
export interface Uses {
  readonly count: number;
  readonly lastAt: number | null;
}
const unused: Uses = { count: 0, lastAt: null };

export class Responses {
  refusal = $state.raw<Refusal | null>(null);
  loading = $state(false);
  query = $state('');
  order = $state<Order>('key');
  #rows = $state.raw<ReadonlyMap<string, CannedResponse> | null>(null);
  #uses = $state.raw<ReadonlyMap<string, Uses>>(new Map());
  /** Removed here: hidden until a load that began after the server's answer. */
  #removed = $state.raw<ReadonlySet<string>>(new Set());
  readonly #confirmed = new Set<string>();
  /** Saved here since the last load began, which may lack them. */
  readonly #fresh = new Set<string>();
  /** The version that was loaded, and the number of changes by this tab since then. */
  #version = -1;
  #own = 0;
  readonly #ports: ResponsesPorts;
  readonly #indexes = new WeakMap<CannedResponse, Indexed<CannedResponse>>();

  /** False until the first load. */
  readonly ready = $derived.by(() => this.#rows !== null);
  readonly #all = $derived.by(() =>
    [...(this.#rows?.values() ?? [])].filter(({ id }) => !this.#removed.has(id)),
  );
  readonly count = $derived.by(() => this.#all.length);
  readonly hasFiles = $derived.by(() => this.#all.some(({ files }) => files));
  /** All, in the chosen order. */
  readonly #sorted = $derived.by(() => this.#all.toSorted(this.#compare()).map((each) => this.#index(each)));
  /** Those that the search finds, the best first; without a search all. */
  readonly found: readonly CannedResponse[] = $derived.by(() =>
    this.query.trim() === ''
      ? this.#sorted.map(({ response }) => response)
      : find(this.#sorted, this.query, this.#sorted.length),
  );

  constructor(ports: ResponsesPorts) {
    this.#ports = ports;
  }

  get(id: string): CannedResponse | undefined {
    return this.#removed.has(id) ? undefined : this.#rows?.get(id);
  }

  usesOf(id: string): Uses {
    return this.#uses.get(id) ?? unused;
  }

  /** Other responses with the same short key; letters of either case count as equal. */
  sharing(key: string, except: string): CannedResponse[] {
    const wanted = key.toLowerCase();
    return wanted === ''
      ? []
      : this.#all.filter((each) => each.id !== except && each.key.toLowerCase() === wanted);
  }

  async load(): Promise<void> {
    this.loading = true;
    const confirmed = [...this.#confirmed];
    this.#fresh.clear();
    const [file, uses] = await Promise.all([this.#ports.load(), this.#ports.uses()]);
    this.loading = false;
    if (!isRefusal(uses)) this.#uses = new Map(uses.uses.map(({ id, ...each }) => [id, each]));
    if (isRefusal(file)) {
      this.refusal = file;
      return;
    }
    this.refusal = null;
    if (file.version < this.#version) return;
    this.#version = file.version;
    // Counted too low rather than too high: that costs another load at the most.
    this.#own = 0;
    const before = this.#rows;
    // An unchanged row stays the same object, so that its index does too. A version that was saved meanwhile is newer.
    const rows = file.responses.map((each) => {
      const known = before?.get(each.id);
      return known && known.version >= each.version ? known : each;
    });
    const ids = new Set(rows.map(({ id }) => id));
    const saved = [...(before?.values() ?? [])].filter(({ id }) => this.#fresh.has(id) && !ids.has(id));
    this.#rows = new Map([...rows, ...saved].map((each) => [each.id, each]));
    for (const id of confirmed) this.#confirmed.delete(id);
    this.#removed = new Set([...this.#removed].filter((id) => !confirmed.includes(id)));
  }

  /** True if a version of the forum has changes that are not from this tab. */
  lacks(version: number): boolean {
    return version > this.#version + this.#own;
  }

  /** Shows a response as this tab saved it. */
  put(saved: CannedResponse, raised: boolean): void {
    const { id, key, question, answer, files, version } = saved;
    if (raised) this.#own++;
    this.#fresh.add(id);
    this.#rows = new Map(this.#rows).set(id, {
      ...{ id, key, question, answer, version },
      ...(files && { files }),
    });
  }

  /** Removes a row at once, before the server has. */
  hide(id: string): void {
    this.#removed = new Set([...this.#removed, id]);
  }

  /** The server has removed it. */
  removed(id: string): void {
    this.#own++;
    this.#confirmed.add(id);
  }

  /** Shows a row again that could not be removed. */
  unhide(id: string): void {
    this.#removed = new Set([...this.#removed].filter((each) => each !== id));
    this.#confirmed.delete(id);
  }

  #index(response: CannedResponse): Indexed<CannedResponse> {
    let made = this.#indexes.get(response);
    if (!made) this.#indexes.set(response, (made = indexed(response)));
    return made;
  }

  #compare(): (a: CannedResponse, b: CannedResponse) => number {
    const texts = new Intl.Collator(getLocale(), { numeric: true, sensitivity: 'base' });
    // Responses without a key come last, by their question.
    const byKey = (a: CannedResponse, b: CannedResponse) =>
      Number(a.key === '') - Number(b.key === '') ||
      texts.compare(a.key, b.key) ||
      texts.compare(a.question, b.question);
    if (this.order === 'uses')
      return (a, b) => this.usesOf(b.id).count - this.usesOf(a.id).count || byKey(a, b);
    if (this.order === 'last')
      return (a, b) => (this.usesOf(b.id).lastAt ?? 0) - (this.usesOf(a.id).lastAt ?? 0) || byKey(a, b);
    return byKey;
  }
}
