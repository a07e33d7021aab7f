/** An unsent note of a conversation. It stays apart from the reply, so that neither is sent as the other. */
import type { Mention } from '#protocol';
import { mentionsIn } from './note-text.ts';

export class NoteDraft {
  /** The agent writes a note, and not a reply. */
  on = $state(false);
  text = $state('');
  /** The colleagues who were chosen while it was typed. */
  chosen = $state.raw<readonly Mention[]>([]);

  choose(mention: Mention): void {
    this.chosen = [...this.chosen.filter(({ id }) => id !== mention.id), mention];
  }

  /** The note, to be sent now. */
  take(): { readonly text: string; readonly mentions: Mention[] } {
    const { text, chosen } = this;
    this.text = '';
    this.chosen = [];
    return { text, mentions: mentionsIn(text, chosen) };
  }
}
