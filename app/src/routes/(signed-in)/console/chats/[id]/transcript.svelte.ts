/** A conversation from the history: its facts, and its transcript from the end backwards. */
import { isRefusal, type ConversationState } from '#protocol';
import { ask } from '$lib/api.ts';
import { PastEntries } from '$lib/chat/past.svelte.ts';

export class Transcript extends PastEntries {
  chat = $state.raw<ConversationState | null>(null);
  /** The time of the history's answer. */
  at = $state(0);
  readonly #facts: string;

  constructor(id: string) {
    const path = `/api/conversations/${encodeURIComponent(id)}`;
    super(`${path}/entries`);
    this.#facts = path;
    void this.load();
  }

  override async load(): Promise<void> {
    const [facts] = await Promise.all([ask<{ state: ConversationState }>('GET', this.#facts), super.load()]);
    if (isRefusal(facts)) this.refusal = facts;
    else {
      this.chat = facts.state;
      this.at = Date.now();
    }
  }
}
