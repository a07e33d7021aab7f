/** The composer writes a message, an answer to a quoted one, or another text of a sent one. */
import type { Revisable } from '#domain/conversation/revisions';

export interface Editing {
  readonly seq: number;
  readonly kind: Revisable['kind'];
  readonly before: string;
  readonly text: string;
}

export class ComposerTarget {
  /** The seq of the quoted message. */
  quote = $state<number | null>(null);
  /** The seq of the edited message or note, its text, and the typed text in its place. */
  editing = $state.raw<Editing | null>(null);

  reply({ seq }: Revisable): void {
    this.editing = null;
    this.quote = seq;
  }

  edit({ seq, kind, text }: Revisable): void {
    this.editing = { seq, kind, before: text, text };
  }

  typed(text: string): void {
    if (this.editing) this.editing = { ...this.editing, text };
  }

  /** The edit first: the quote of the draft below it stays. Returns false if there was neither. */
  cancel(): boolean {
    if (this.editing) this.editing = null;
    else if (this.quote !== null) this.quote = null;
    else return false;
    return true;
  }
}
