/** The message that the visitor's next text is about: a reply quotes it, an edit replaces it. */
import type { MessageRow } from './timeline.ts';

export interface About {
  readonly act: 'reply' | 'edit';
  readonly row: MessageRow;
  readonly seq: number;
  /** Seqs belong to one conversation. */
  readonly conversation: string;
}

export class Aim {
  about: About | null = $state.raw(null);
  /** The unsent text that an edit has taken the place of. */
  #aside = '';

  get edits(): boolean {
    return this.about?.act === 'edit';
  }

  /** The unsent text of a new message. */
  draftOf(shown: string): string {
    return this.edits ? this.#aside : shown;
  }

  /** Returns the text to show. */
  take(about: About | null, shown: string): string {
    const draft = this.draftOf(shown);
    this.about = about;
    this.#aside = draft;
    return about?.act === 'edit' ? about.row.text : draft;
  }
}
