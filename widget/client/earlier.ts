/** A visitor's conversations before the current one, loaded backwards while scrolling. */
import type { Entry, Range } from '#protocol';
import type { Answer } from './visitor-api.ts';

export interface EarlierConversation {
  readonly conversation: string;
  readonly entries: readonly Entry[];
  /** Entries up to and including this seq are not loaded. */
  readonly from: number;
}

export class Earlier {
  /** Oldest first. */
  loaded: readonly EarlierConversation[] = [];
  #loading = false;

  /** Adds the conversation just left, as the latest of the earlier ones. */
  shelve(conversation: string, entries: readonly Entry[], from: number): void {
    this.loaded = [...this.loaded, { conversation, entries, from }];
  }

  /** Loads the next part, one at a time. */
  async load(
    all: readonly { id: string }[],
    live: string | null,
    ask: (conversation: string, before: number | undefined) => Promise<Answer<Range>>,
  ): Promise<void> {
    const next = this.next(all, live);
    if (!next || this.#loading) return;
    this.#loading = true;
    const answer = await ask(next.conversation, next.before);
    this.#loading = false;
    if ('ok' in answer) this.prepend(next.conversation, answer.ok);
  }

  /** The next part to load, given all conversations (newest first) and the live one. */
  next(
    all: readonly { id: string }[],
    live: string | null,
  ): { conversation: string; before: number | undefined } | undefined {
    const oldest = this.loaded[0];
    if (oldest && oldest.from > 0) return { conversation: oldest.conversation, before: oldest.from + 1 };
    const shown = new Set([live, ...this.loaded.map(({ conversation }) => conversation)]);
    const found = all.find(({ id }) => !shown.has(id));
    return found && { conversation: found.id, before: undefined };
  }

  /** Adds a range in front. A range that doesn't fit (requested twice) is dropped. */
  prepend(conversation: string, range: Range): void {
    const [oldest, ...rest] = this.loaded;
    if (oldest?.conversation !== conversation) {
      this.loaded = [{ conversation, entries: range.entries, from: range.after }, ...this.loaded];
    } else if (range.upTo === oldest.from) {
      const entries = [...range.entries, ...oldest.entries];
      this.loaded = [{ conversation, entries, from: range.after }, ...rest];
    }
  }
}
