/** An unsent note of a conversation. It stays apart from the reply, so that neither is sent as the other. */
import type { DraftOf, Mention } from '#protocol';
import { keepInTab, keptInTab } from '../kept.ts';
import type { Drafts } from './drafts.svelte.ts';
import { mentionsIn } from './note-text.ts';

export class NoteDraft {
  #on = $state(false);
  readonly #conversation: string;
  readonly #drafts: Drafts;

  constructor(conversation: string, drafts: Drafts) {
    this.#conversation = conversation;
    this.#drafts = drafts;
  }

  /** The agent writes a note, and not a reply. */
  get on(): boolean {
    return this.#on;
  }

  /** The agent's choice lasts as long as this tab of the browser. */
  set on(on: boolean) {
    this.#on = on;
    keepInTab(this.#key, on ? 'note' : 'reply');
  }

  get #key(): string {
    return `parley.composer.${this.#conversation}`;
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

  /** True if the reply, or the note, is begun. */
  get begun(): { readonly reply: boolean; readonly note: boolean } {
    const isBegun = (of: DraftOf) => {
      const { mine, other } = this.#drafts.of(of, this.#conversation);
      return mine.text !== '' || other !== null;
    };
    return { reply: isBegun('reply'), note: isBegun('note') };
  }

  /**
   * The chat is opened: in the mode in which the agent left it in this tab, or else with its only draft, which must not
   * be overlooked.
   */
  open(): void {
    const left = keptInTab(this.#key);
    const { reply, note } = this.begun;
    if (left !== null) this.#on = left === 'note';
    else if (reply !== note) this.#on = note;
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
