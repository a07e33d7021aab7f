/**
 * The canned responses of this tab: the list of forums, and the files of those that are needed (CAN-5). It follows the
 * versions that the floor's socket reports, and knows no composer.
 */
import { indexed, type Indexed } from '#domain/canned/match';
import {
  isRefusal,
  isTransient,
  type cannedRoutes,
  type AnswerOf,
  type CannedResponse,
  type Forum,
  type ForumChanged,
  type ForumFile,
  type Refusal,
} from '#protocol';
import { Refresh, type Later } from './refresh.svelte.ts';

export interface ForumsOptions {
  list(): Promise<AnswerOf<typeof cannedRoutes.list> | Refusal>;
  file(forum: string): Promise<ForumFile | Refusal>;
  later: Later;
  /** Lets the browser paint and take keys between two parts of a long work. */
  breathe(): Promise<void>;
}

export type Responses = readonly Indexed<CannedResponse>[];
export type Loading = 'loading' | 'failed' | 'ready';

interface File {
  readonly version: number;
  readonly responses: Responses;
}

/** Changes are loaded together after this pause: an editor saves every few seconds; milliseconds. */
const changePause = 1_000;
/** Responses that are indexed before the browser may go on: one to six milliseconds of work. */
const portion = 250;

export class Forums {
  /** The account's forums by title; the user's own one is last. */
  list = $state.raw<readonly Forum[]>([]);
  #files = $state.raw<ReadonlyMap<string, File>>(new Map());
  readonly #options: ForumsOptions;
  readonly #listing: Refresh;
  readonly #loads = new Map<string, Refresh>();
  /** The versions that the socket has reported. */
  readonly #reported = new Map<string, number>();
  /** The campaigns whose forums are loaded. */
  readonly #campaigns = new Set<string>();
  #began = false;

  constructor(options: ForumsOptions) {
    this.#options = options;
    this.#listing = new Refresh(() => this.#loadList(), options.later);
  }

  /** The state of the list. */
  get listed(): Loading {
    if (!this.#listing.fresh) return 'ready';
    return this.#listing.failed ? 'failed' : 'loading';
  }

  /** The forums that a campaign's chats use: the user's own one first. */
  of(campaign: string): readonly Forum[] {
    const used = this.list.filter(
      ({ own, campaigns }) => !own && (campaigns === null || campaigns.includes(campaign)),
    );
    return [...this.list.filter(({ own }) => own), ...used];
  }

  /** The responses of these forums, as far as they are loaded. */
  responses(forums: readonly Forum[]): Responses {
    return forums.flatMap(({ id }) => this.#files.get(id)?.responses ?? []);
  }

  /** The loaded responses with a short key, and their forums; letters of either case count as equal. */
  withKey(key: string): { readonly forum: Forum; readonly response: CannedResponse }[] {
    const wanted = key.toLowerCase();
    if (wanted === '') return [];
    return this.list.flatMap((forum) =>
      this.responses([forum]).flatMap(({ response }) =>
        response.key.toLowerCase() === wanted ? [{ forum, response }] : [],
      ),
    );
  }

  stateOf(forums: readonly Forum[]): Loading {
    const missing = forums.filter(({ id }) => !this.#files.has(id));
    if (missing.length === 0) return 'ready';
    return missing.some(({ id }) => this.#loads.get(id)?.failed) ? 'failed' : 'loading';
  }

  /** Loads the forums of a campaign's chats, and keeps them current. */
  serve(campaign: string): void {
    this.#campaigns.add(campaign);
    this.#begin();
    this.#loadUsed();
  }

  /** Loads a forum, and keeps it current. */
  want({ id, version }: Forum): void {
    if (this.#loads.has(id)) return;
    const load = new Refresh(() => this.#loadFile(id), this.#options.later);
    this.#loads.set(id, load);
    // An own forum that is not stored yet.
    if (version === 0) this.#keep(id, { version, responses: [] });
    else load.now();
  }

  /** Repeats at once what has failed. */
  retry(): void {
    if (this.#listing.failed) this.#listing.now();
    for (const load of this.#loads.values()) if (load.failed) load.now();
  }

  /** The socket reports a new version, or that a forum is gone. */
  changed({ forum, version }: Pick<ForumChanged, 'forum' | 'version'>): void {
    if (!this.#began) return;
    if (version !== null) this.#reported.set(forum, version);
    else this.#drop(forum);
    this.#listing.soon(changePause);
  }

  /** The socket was closed for a while: versions may have changed unseen. */
  reconnected(): void {
    if (!this.#began) return;
    this.#listing.now();
    this.retry();
  }

  end(): void {
    this.#listing.end();
    for (const load of this.#loads.values()) load.end();
  }

  #begin(): void {
    if (this.#began) return;
    this.#began = true;
    this.#listing.now();
  }

  #loadUsed(): void {
    for (const campaign of this.#campaigns) for (const forum of this.of(campaign)) this.want(forum);
  }

  async #loadList(): Promise<boolean> {
    const answer = await this.#options.list();
    if (isRefusal(answer)) return !isTransient(answer.refused);
    const { forums } = answer;
    this.list = [...forums.filter(({ own }) => !own), ...forums.filter(({ own }) => own)];
    for (const id of this.#loads.keys()) if (!forums.some((forum) => forum.id === id)) this.#drop(id);
    for (const { id, version } of forums) {
      const file = this.#files.get(id);
      if (file && file.version < version) this.#loads.get(id)?.now();
    }
    this.#loadUsed();
    // A list that is older than the report is followed by a newer one.
    return forums.every(({ id, version }) => version >= (this.#reported.get(id) ?? 0));
  }

  async #loadFile(id: string): Promise<boolean> {
    const answer = await this.#options.file(id);
    if (isRefusal(answer)) {
      if (answer.refused === 'not_found') this.#drop(id);
      return !isTransient(answer.refused);
    }
    const responses = await this.#index(answer, this.#files.get(id));
    // Removed while it was indexed.
    if (this.#loads.has(id)) this.#keep(id, { version: answer.version, responses });
    return answer.version >= (this.list.find((forum) => forum.id === id)?.version ?? 0);
  }

  /** Of a new version only the changed responses are indexed. */
  async #index({ responses }: ForumFile, before: File | undefined): Promise<Responses> {
    const known = new Map(before?.responses.map((each) => [each.response.id, each]));
    const all: Indexed<CannedResponse>[] = [];
    let work = 0;
    for (const response of responses) {
      const same = known.get(response.id);
      if (same?.response.version === response.version) all.push(same);
      else {
        all.push(indexed(response));
        if (++work % portion === 0) await this.#options.breathe();
      }
    }
    return all;
  }

  #keep(id: string, file: File): void {
    this.#files = new Map(this.#files).set(id, file);
  }

  #drop(id: string): void {
    this.#loads.get(id)?.end();
    this.#loads.delete(id);
    this.#reported.delete(id);
    this.#files = new Map([...this.#files].filter(([each]) => each !== id));
    this.list = this.list.filter((forum) => forum.id !== id || forum.own);
  }
}
