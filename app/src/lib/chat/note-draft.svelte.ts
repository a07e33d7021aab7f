/** An unsent note of a conversation. It stays apart from the reply, so that neither is sent as the other. */
import type { Mention } from '#protocol';
import type { Drafts } from './drafts.svelte.ts';
import { mentionsIn } from './note-text.ts';

export class NoteDraft {
  /** The agent writes a note, and not a reply. */
  on = $state(false);
  readonly #conversation: string;
  readonly #drafts: Drafts;

  constructor(conversation: string, drafts: Drafts) {
    this.#conversation = conversation;
    this.#drafts = drafts;
  }

  get text(): string {
    return this.#drafts.of('note', this.#conversation).mine.text;
  }

  set text(text: string) {
    this.#drafts.type('note', this.#conversation, text, this.chosen);
  }

  /** The colleagues who were chosen while it was typed. */
  get chosen(): readonly Mention[] {
    return this.#drafts.of('note', this.#conversation).mine.mentions;
  }

  /**
   * The chat is opened. Its only draft must not be overlooked, and must not be continued as what it is not; otherwise
   * the mode is that in which the agent left the chat.
   */
  open(): void {
    const replies = this.#drafts.of('reply', this.#conversation).mine.text !== '';
    const notes = this.text !== '';
    if (replies !== notes) this.on = notes;
  }

  choose(mention: Mention): void {
    const chosen = [...this.chosen.filter(({ id }) => id !== mention.id), mention];
    this.#drafts.type('note', this.#conversation, this.text, chosen);
  }

  /** The note, to be sent now. */
  take(): { readonly text: string; readonly mentions: Mention[] } {
    const { text, chosen } = this;
    this.#drafts.type('note', this.#conversation, '');
    return { text, mentions: mentionsIn(text, chosen) };
  }
}
