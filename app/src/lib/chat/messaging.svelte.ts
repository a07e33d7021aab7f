/** The agent's work on single messages of an open conversation: replies, edits and deletions. */
import { isRevisable, type Revisable } from '#domain/conversation/revisions';
import { seesAll } from '#domain/floor/sight';
import type { Me } from '#protocol';
import { minutes } from '../clock.svelte.ts';
import type { ComposerTarget } from './composer-target.svelte.ts';
import type { LiveConversation } from './conversation.svelte.ts';
import { canDo, type Can, type MessageActions } from './message-actions.ts';
import { visitorName } from './names.ts';
import { quotedOf, type Quoted } from './quoted.ts';
import { RevisedForms } from './revised-form.ts';

export interface MessagingOptions {
  live(): LiveConversation;
  me(): Me;
  target(): ComposerTarget;
  /** Focuses the composer. */
  focus(): void;
}

export class Messaging implements MessageActions {
  /** The question before a deletion is open. */
  asking = $state(false);
  /** The message or note that the question is about. */
  doomed = $state.raw<Revisable | null>(null);
  readonly #options: MessagingOptions;
  readonly #forms = $derived.by(() => {
    const { entries, pending } = this.#options.live().view;
    return new RevisedForms(entries, pending);
  });
  readonly #quoted = $derived.by(() => {
    const { quote } = this.#target;
    return quote === null ? null : this.#find(quote);
  });

  constructor(options: MessagingOptions) {
    this.#options = options;
  }

  get #target(): ComposerTarget {
    return this.#options.target();
  }

  get editing(): ComposerTarget['editing'] {
    return this.#target.editing;
  }

  /** The message above the composer. */
  get context(): Quoted | null {
    const { editing } = this;
    if (editing) return { name: '', text: editing.before };
    const quoted = this.#quoted;
    const { state } = this.#options.live().view;
    if (quoted?.kind !== 'message.sent' || quoted.deleted || !state) return null;
    return quotedOf(quoted, this.#options.me().id, visitorName(state.visitor));
  }

  can(entry: Revisable): Can {
    const { view, mine } = this.#options.live();
    const me = this.#options.me();
    const reviser = {
      by: { kind: 'agent', id: me.id, name: me.name } as const,
      now: minutes.now,
      editMinutes: view.editMinutes,
      supervises: seesAll(me),
    };
    return canDo(entry, reviser, mine);
  }

  reply(entry: Revisable): void {
    this.#target.reply(entry);
    this.#options.focus();
  }

  edit(entry: Revisable): void {
    this.#target.edit(entry);
    // The composer is enabled once it is rendered anew.
    queueMicrotask(() => this.#options.focus());
  }

  remove(entry: Revisable): void {
    this.doomed = entry;
    this.asking = true;
  }

  /** The agent has confirmed the deletion. */
  removed(): void {
    if (!this.doomed) return;
    const { seq } = this.doomed;
    if (this.editing?.seq === seq) this.cancel();
    this.#options.live().delete(seq);
  }

  cancel(): boolean {
    return this.#target.cancel();
  }

  /** Text typed in place of an edited one. Returns false if it is a new message's. */
  typed(text: string): boolean {
    if (!this.editing) return false;
    this.#target.typed(text);
    return true;
  }

  /** Saves the edit. Returns false if the text is a new message's. */
  save(): boolean {
    const { editing } = this;
    if (!editing) return false;
    if (editing.text !== editing.before) this.#options.live().edit(editing.seq, editing.text);
    this.#target.cancel();
    return true;
  }

  /** The quote of the message that is sent now. */
  takeQuote(): { readonly quote?: number } {
    const quote = this.context ? this.#target.quote : null;
    this.#target.quote = null;
    return quote === null ? {} : { quote };
  }

  /** Escape cancels; the arrow up in an empty composer edits the last message. */
  press(event: KeyboardEvent, draft: string): void {
    if (event.isComposing) return;
    if (event.key === 'Escape' && this.cancel()) event.preventDefault();
    if (event.key !== 'ArrowUp' || this.editing || draft !== '') return;
    if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
    const last = this.#lastOwn();
    if (!last) return;
    event.preventDefault();
    this.edit(last);
  }

  /** The agent's last message that is not deleted, if it can be edited. */
  #lastOwn(): Revisable | undefined {
    const { id } = this.#options.me();
    const { entries } = this.#options.live().view;
    for (const entry of entries.toReversed()) {
      if (entry.kind !== 'message.sent' || entry.by.kind !== 'agent' || entry.by.id !== id) continue;
      const shown = this.#forms.of(entry).entry;
      if (!shown.deleted) return this.can(shown).edit ? shown : undefined;
    }
    return undefined;
  }

  #find(seq: number): Revisable | null {
    const found = this.#options.live().view.entries.find((entry) => entry.seq === seq);
    return isRevisable(found) ? this.#forms.of(found).entry : null;
  }
}
