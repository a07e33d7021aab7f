/** The history, page by page, newest first. */
import { isRefusal, type ConversationsPage, type ConversationState, type Refusal } from '#protocol';
import { ask } from '$lib/api.ts';

const pageLength = 50;

export class ChatPages {
  chats = $state.raw<readonly ConversationState[]>([]);
  /** Whether there are more; null until the first page is here. */
  more = $state<boolean | null>(null);
  loading = $state(false);
  refusal = $state.raw<Refusal | null>(null);
  #filter = '';
  #next: string | null = null;

  /** Begins anew with a filter (a query without `after`). */
  show(filter: URLSearchParams): void {
    this.#filter = filter.toString();
    this.#next = null;
    this.more = null;
    this.chats = [];
    void this.load();
  }

  async load(): Promise<void> {
    const filter = this.#filter;
    const query = new URLSearchParams(filter);
    query.set('limit', String(pageLength));
    if (this.#next !== null) query.set('after', this.#next);
    this.loading = true;
    const answer = await ask<ConversationsPage>('GET', `/api/conversations?${query}`);
    // Another filter was chosen meanwhile: this answer is for nobody.
    if (filter !== this.#filter) return;
    this.loading = false;
    if (isRefusal(answer)) {
      this.refusal = answer;
      return;
    }
    this.refusal = null;
    this.#next = answer.next;
    this.more = answer.next !== null;
    const held = new Set(this.chats.map((chat) => chat.id));
    this.chats = [...this.chats, ...answer.conversations.filter((chat) => !held.has(chat.id))];
  }
}
