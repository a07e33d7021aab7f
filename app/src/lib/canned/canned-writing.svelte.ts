/**
 * Canned responses in a composer: suggestions for the typed text, the keys of their list, what is inserted or sent, and
 * the question before a variable without a value is sent.
 */
import { fill, gapsIn, type Filled, type Gap, type Values } from '#domain/canned/variables';
import type { CannedResponse, FileInfo } from '#protocol';
import type { TextBox } from '../chat/writing.ts';
import { askedAt, suggest, type Asked, type Suggestions } from './asking.ts';
import type { Forums } from './forums.svelte.ts';
import type { Inserted } from './inserted.ts';
import type { Recent } from './recent.svelte.ts';

export interface CannedOptions {
  readonly forums: Forums;
  readonly recent: Recent;
  /** Of the chat; null until it is known. */
  campaign(): string | null;
  values(): Values;
  /** The responses of the draft that is written; null for a note or an edit, which count as no use. */
  inserted(): Inserted | null;
  /** The visitor will read the text: typed lines are searched for, and missing values asked about. Not in a note. */
  toVisitor(): boolean;
  /** Replaces a part of the text, as if the agent had typed it. */
  insert(box: TextBox, text: string, from: number, to: number): void;
  /** The composer's files; null where a text can have none, such as in a note. */
  files(): CannedFiles | null;
  /** Sends a response as it is, in place of the typed text. Absent where responses are only inserted. */
  send(): ((text: string, response: string) => void) | null;
}

export interface CannedFiles {
  /** Those that are uploaded. */
  readonly ready: readonly FileInfo[];
  /** Attaches copies of a response's files. */
  copy(files: readonly FileInfo[]): void;
}

type Key = Pick<
  KeyboardEvent,
  'key' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey' | 'isComposing' | 'keyCode'
>;

export class CannedWriting {
  readonly options: CannedOptions;
  /** The text box, while there is one. */
  box: TextBox | undefined = $state.raw();
  picking = $state(false);
  /** The text that is saved as a template; null while none is. */
  template = $state.raw<string | null>(null);
  /** The text that is sent after a question, because the visitor would read these variables. */
  unfilled = $state.raw<{ readonly gaps: readonly Gap[]; send(): void } | null>(null);
  #asked = $state.raw<readonly Asked[]>([]);
  #chosen = $state.raw<string | null>(null);
  /** The question whose list the agent has closed: it stays closed while its text is typed on. */
  #closed: Pick<Asked, 'kind' | 'from'> | null = null;
  #last: { readonly text: string; readonly caret: number } | null = null;
  #writing = false;
  /** The question is closed, and its answer not known yet. */
  #leaving: { send(): void } | null = null;
  readonly #responses = $derived.by(() => {
    const { forums, recent, campaign } = this.options;
    const id = campaign();
    return id === null ? [] : recent.first(forums.responses(forums.of(id)));
  });
  /** The list above the composer. */
  readonly suggestions: Suggestions | null = $derived.by(() => suggest(this.#asked, this.#responses));
  /** The chosen row; -1 if Enter still belongs to the text. */
  readonly at: number = $derived.by(() => {
    if (!this.suggestions) return -1;
    const at = this.suggestions.found.findIndex(({ id }) => id === this.#chosen);
    return at < 0 && this.suggestions.asked.kind === 'key' ? 0 : at;
  });

  constructor(options: CannedOptions) {
    this.options = options;
  }

  filled({ answer }: CannedResponse): Filled {
    return fill(answer, this.options.values());
  }

  /** Enter sends the chosen row as it is. */
  get sendsChosen(): boolean {
    const chosen = this.suggestions?.found[this.at];
    return (
      chosen !== undefined &&
      this.suggestions?.asked.kind === 'line' &&
      this.suggestions.asked.whole &&
      this.options.send() !== null &&
      this.filled(chosen).gaps.length === 0
    );
  }

  /** The agent has typed. */
  typed(box: TextBox): void {
    const { value: text, selectionStart: caret, selectionEnd } = box;
    this.options.inserted()?.typed(text);
    this.#chosen = null;
    this.#last = { text, caret };
    const lines = this.options.toVisitor();
    const asked =
      this.#writing || caret !== selectionEnd
        ? []
        : askedAt(text, caret).filter(({ kind }) => kind === 'key' || lines);
    const open = asked.filter((each) => !this.#isClosed(each));
    if (open.length === asked.length) this.#closed = null;
    this.#asked = open;
  }

  /** The caret may have moved without typing: then nothing is asked any more. */
  moved(box: TextBox): void {
    const same =
      box.value === this.#last?.text &&
      box.selectionStart === this.#last.caret &&
      box.selectionEnd === box.selectionStart;
    if (!same) this.close();
  }

  /** Closes the list until something is typed. */
  close(): void {
    this.#asked = [];
    this.#chosen = null;
  }

  /** The keys of the list. Returns true if the key was one of them. */
  press(event: Key): boolean {
    const { suggestions } = this;
    if (!suggestions || event.isComposing || event.keyCode === 229) return false;
    if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return false;
    if (this.#isLate()) return false;
    if (event.key === 'ArrowUp') this.#choose(this.#next(1));
    else if (event.key === 'ArrowDown') this.#choose(this.#next(-1));
    else if (event.key === 'Escape') {
      this.#closed = suggestions.asked;
      this.close();
    } else if (this.at >= 0 && event.key === 'Enter') this.take(this.at);
    else if (this.at >= 0 && event.key === 'Tab') this.#put(suggestions.asked, suggestions.found[this.at]);
    else return false;
    return true;
  }

  /** The rows go up from the box. Either arrow chooses the first row; below it is the text, or again the last row. */
  #next(step: 1 | -1): number {
    const { found, asked } = this.suggestions ?? { found: [], asked: null };
    if (this.at < 0) return 0;
    const to = this.at + step;
    if (to < 0) return asked?.kind === 'key' ? found.length - 1 : -1;
    return to % found.length;
  }

  /** A line whose key was closed is closed too. */
  #isClosed({ kind, from, to }: Asked): boolean {
    if (!this.#closed) return false;
    if (kind === this.#closed.kind) return from === this.#closed.from;
    return kind === 'line' && from <= this.#closed.from && this.#closed.from < to;
  }

  /** Another device has changed the text since it was typed: the list is of another text, and closes. */
  #isLate(): boolean {
    if (!this.box || this.box.value === this.#last?.text) return false;
    this.close();
    return true;
  }

  #choose(at: number): void {
    this.#chosen = this.suggestions?.found[at]?.id ?? null;
  }

  /** Sends or inserts a row of the list. */
  take(at: number): void {
    if (this.#isLate()) return;
    this.#choose(at);
    const { suggestions, sendsChosen } = this;
    const chosen = suggestions?.found[at];
    if (!suggestions || !chosen) return;
    if (sendsChosen) this.sendNow(chosen);
    else this.#put(suggestions.asked, chosen);
  }

  /** Sends a response as it is. */
  sendNow(response: CannedResponse): void {
    this.close();
    this.options.recent.used(response.id);
    this.#attach(response);
    this.options.send()?.(this.filled(response).text, response.id);
  }

  /** Inserts a response at the caret, in place of the selection. */
  insert(response: CannedResponse): void {
    const { box } = this;
    if (box) this.#put({ from: box.selectionStart, to: box.selectionEnd }, response);
  }

  #put({ from, to }: Pick<Asked, 'from' | 'to'>, response: CannedResponse | undefined): void {
    const { box } = this;
    if (!box || !response) return;
    const { text, gaps } = this.filled(response);
    this.#write(box, text, from, to);
    this.options.recent.used(response.id);
    this.options.inserted()?.add(response.id, text);
    this.#attach(response);
    const [first] = gaps;
    if (first) box.setSelectionRange(from + first.start, from + first.end);
  }

  #attach({ files }: CannedResponse): void {
    if (files) this.options.files()?.copy(files);
  }

  /** The places of a text that would be sent with their braces. A note has only variables that were inserted. */
  gapsIn(text: string): readonly Gap[] {
    const { values, toVisitor } = this.options;
    return toVisitor() ? gapsIn(text, values()) : gapsIn(text, {}).filter(({ known }) => known);
  }

  /**
   * Sends a text. Variables that were typed by hand are filled in first; if the visitor would still read one, the agent
   * is asked.
   */
  ask(text: string, send: () => void): void {
    const { options, box } = this;
    if (!options.toVisitor()) {
      send();
      return;
    }
    const filled = fill(text, options.values()).text;
    if (box && filled !== text) this.#write(box, filled, 0, text.length);
    const gaps = this.gapsIn(filled);
    if (gaps.length === 0) send();
    else this.unfilled = { gaps, send };
  }

  #write(box: TextBox, text: string, from: number, to: number): void {
    this.#writing = true;
    this.options.insert(box, text, from, to);
    this.#writing = false;
    this.close();
  }

  /** The question has closed: unless the text is sent, the agent fills in the value. */
  leaveUnfilled(): void {
    this.#leaving = this.unfilled;
    this.unfilled = null;
    queueMicrotask(() => {
      if (this.#leaving) this.goToGap();
      this.#leaving = null;
    });
  }

  sendUnfilled(): void {
    const leaving = this.#leaving;
    this.#leaving = null;
    leaving?.send();
  }

  /** Selects the first place that the visitor would read with its braces. */
  goToGap(): void {
    const [first] = this.gapsIn(this.box?.value ?? '');
    this.box?.focus();
    if (first) this.box?.setSelectionRange(first.start, first.end);
  }
}
