/** A conversation from the history: its facts, and its transcript from the end backwards. */
import { conversationRoutes, isRefusal, type ConversationState } from '#protocol';
import { ask } from '$lib/api.ts';
import { PastEntries } from '$lib/chat/past.svelte.ts';

export class Transcript extends PastEntries {
  chat = $state.raw<ConversationState | null>(null);
  /** The time of the history's answer. */
  at = $state(0);
  readonly #id: string;

  constructor(id: string) {
    super((query) => ask(conversationRoutes.entries, { params: { id }, query }));
    this.#id = id;
    void this.load();
  }

  override async load(): Promise<void> {
    const [facts] = await Promise.all([
      ask(conversationRoutes.get, { params: { id: this.#id } }),
      super.load(),
    ]);
    if (isRefusal(facts)) this.refusal = facts;
    else {
      this.chat = facts.state;
      this.at = Date.now();
    }
  }
}
