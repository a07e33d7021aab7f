/**
 * A visit to the editor of one response: its texts are saved by themselves (F79), and a change by a colleague is
 * shown, never overwritten (CAN-8). The timers and requests are injected, so that tests have a clock of their own.
 */
import { sameFiles, sameTexts, textsOf, type Content } from '#domain/canned/saving';
import {
  check,
  isBlank,
  isRefusal,
  isTransient,
  ResponseTexts,
  type CannedResponse,
  type FileInfo,
  type Refusal,
  type ResponseBody,
  type ResponseDetails,
} from '#protocol';

/** A save begins after this pause in typing; milliseconds. */
export const savePause = 1_000;
/** The first pause before a failed save is repeated; each further one is twice as long, up to the second. */
const [firstRetry, longestRetry] = [2_000, 30_000];
/** Saves that an undo goes back. */
const mostSteps = 200;
/** A page that is being left waits this long for its last save; milliseconds. */
export const settleWithin = 4_000;

export interface EditingPorts {
  get(id: string): Promise<ResponseDetails | Refusal>;
  put(id: string, body: ResponseBody): Promise<ResponseDetails | Refusal>;
  /** Runs a task later; the returned function cancels it. */
  after(delay: number, task: () => void): () => void;
  /** Makes the id of a visit. */
  visit(): string;
  /** The server has this version now. `raised` is false if it had the texts already. */
  stored(response: ResponseDetails, raised: boolean): void;
}

/**
 * `unchanged`: nothing was edited in this visit. `waiting`: for a pause in typing. `unsent`: the server was not
 * reached, and the save will be repeated. `refused`: it must be corrected first. `conflict`: another change came
 * first. `gone`: the response was removed.
 */
export type Phase = 'unchanged' | 'waiting' | 'saving' | 'saved' | 'unsent' | 'refused' | 'conflict' | 'gone';

export const noTexts: ResponseTexts = { key: '', question: '', answer: '' };

export class Editing {
  readonly id: string;
  texts = $state.raw<ResponseTexts>(noTexts);
  /** The files, in order: those that are stored, and complete uploads. */
  files = $state.raw<readonly FileInfo[]>([]);
  /** Files are on their way, which the response will have. */
  uploading = $state(false);
  /** The files of another response, which a copy of it begins with. */
  copies: readonly FileInfo[] = [];
  phase = $state<Phase>('unchanged');
  /** The version that the server has, as far as this visit knows; null for a new response. */
  stored = $state.raw<CannedResponse | null>(null);
  /** The same with its history and uses, once they are loaded. */
  details = $state.raw<ResponseDetails | null>(null);
  /** Why the last save failed. */
  refusal = $state.raw<Refusal | null>(null);
  /** In a conflict: the version that came first. */
  theirs = $state.raw<ResponseDetails | null>(null);
  /** A colleague's change that was taken over, because nothing was edited here. */
  news = $state.raw<ResponseDetails | null>(null);
  readonly dirty = $derived.by(() =>
    this.stored ? !sameContent(this.#content, this.stored) : !isEmpty(this.texts) || this.files.length > 0,
  );
  /** Something is lost if the page is left now. */
  readonly unsaved = $derived.by(() => this.dirty || this.uploading);
  /** The versions that this visit has replaced, the last one at the end, and those that an undo has. */
  #before = $state.raw<readonly Content[]>([]);
  #after = $state.raw<readonly Content[]>([]);
  /** The content of an undo or redo that is not stored yet. */
  #stepping: Content | null = null;
  #steps: Promise<void> = Promise.resolve();
  /** An undo returns to these: the contents before the last save, or at first those before the visit before. */
  readonly #earlier = $derived.by(() => {
    if (this.#before.length > 0) return this.#before.at(-1);
    const previous = this.details?.previous;
    return previous && this.#after.length === 0 && !sameContent(previous, this.details ?? noTexts)
      ? previous
      : undefined;
  });
  readonly undoable = $derived.by(() => this.#earlier !== undefined && this.#steady);
  readonly redoable = $derived.by(() => this.#after.length > 0 && this.#steady);
  readonly #ports: EditingPorts;
  #visit: string;
  #running: Promise<void> | null = null;
  #timer: (() => void) | null = null;
  #failures = 0;
  /** The text that was sent without an answer: the server may have it. */
  #sent: readonly Content[] = [];
  #savedHere = false;
  #ended = false;

  constructor(id: string, stored: CannedResponse | null, ports: EditingPorts) {
    this.id = id;
    this.#ports = ports;
    this.#visit = ports.visit();
    this.stored = stored;
    if (stored) this.#show(stored);
  }

  /** Takes what was typed, and saves it after a pause. */
  type(change: Partial<ResponseTexts>): void {
    this.texts = { ...this.texts, ...change };
    this.#edited();
  }

  /** Takes other files, and saves them after the same pause. */
  attach(files: readonly FileInfo[]): void {
    this.files = files;
    this.#edited();
  }

  get #content(): Content {
    return { ...this.texts, files: [...this.files] };
  }

  #show(content: Content): void {
    this.texts = textsOf(content);
    this.files = content.files ?? [];
  }

  #edited(): void {
    this.news = null;
    if (this.phase === 'conflict' || this.phase === 'gone' || this.#running) return;
    if (this.#owed) this.#schedule(savePause);
    else {
      this.#unschedule();
      this.refusal = null;
      this.phase = this.#savedHere ? 'saved' : 'unchanged';
    }
  }

  /** The server lacks these texts, or may have others. */
  get #owed(): boolean {
    return this.dirty || this.#sent.length > 0;
  }

  /** Loads the history and the uses, and a version that is newer than the known one. */
  async load(): Promise<void> {
    if (!this.stored) return;
    const now = await this.#ports.get(this.id);
    // A save that began meanwhile meets a newer version by itself.
    if (this.#running) return;
    if (!isRefusal(now)) this.#meet(now);
    else if (now.refused === 'not_found') this.#lost();
  }

  /** The list has this version of the response now; undefined: it is not in the list any more. */
  async heard(row: CannedResponse | undefined): Promise<void> {
    if (!this.stored || this.#ended) return;
    // A colleague has restored it, with the version that it had.
    if (row && this.phase === 'gone') return this.load();
    if (row && row.version <= this.stored.version) return;
    // The answer of a running save, or its conflict, is newer than the list.
    if (this.#running) await this.#running;
    if (row && row.version <= (this.theirs ?? this.stored).version) return;
    await this.load();
  }

  /** Saves now, if there is something to save, such as when the field loses the focus. */
  async flush(): Promise<void> {
    if (this.phase === 'conflict' || this.phase === 'gone' || !this.#owed) return;
    await this.#save();
  }

  /** Saves before the page is left. False: some of it is not stored. */
  async settle(): Promise<boolean> {
    let onTime: () => void = () => undefined;
    const late = new Promise<void>((resolve) => (onTime = this.#ports.after(settleWithin, resolve)));
    const saved = async () => {
      if (this.#running) await this.#running;
      await this.flush();
    };
    await Promise.race([saved(), late]);
    onTime();
    return !this.unsaved;
  }

  /** Tries a failed save again at once: the user wishes it, or the browser is back online. */
  retry(): void {
    this.#failures = 0;
    if (this.phase === 'unsent' || this.phase === 'refused') void this.#save();
  }

  /** Returns to the texts and files before the last change, which is what one save has stored (F75). */
  undo(): Promise<void> {
    return this.#inTurn(() => this.#undo());
  }

  /** Takes the last undo back. */
  redo(): Promise<void> {
    return this.#inTurn(() =>
      this.#step(this.#after.at(-1), (now) => [[...this.#before, now], this.#after.slice(0, -1)]),
    );
  }

  /** A second press waits for the first one, and both for a save that runs. */
  #inTurn(step: () => Promise<void>): Promise<void> {
    this.#steps = this.#steps.then(async () => {
      await this.settle();
      if (!this.dirty) await step();
    });
    return this.#steps;
  }

  async #undo(): Promise<void> {
    const isOfEarlierVisit = this.#before.length === 0;
    // The undo of an earlier visit is a visit of its own, so that the next page can undo it.
    if (isOfEarlierVisit) this.#visit = this.#ports.visit();
    await this.#step(this.#earlier, (now) => [this.#before.slice(0, -1), [...this.#after, now]]);
    if (isOfEarlierVisit) this.#visit = this.#ports.visit();
  }

  async #step(
    to: Content | undefined,
    leaving: (now: Content) => readonly [readonly Content[], readonly Content[]],
  ): Promise<void> {
    const now = this.stored;
    if (!to || !now || !this.#steady) return;
    const [before, after] = [this.#before, this.#after];
    // At once, so that the next step can be asked for while this one is saved.
    [this.#before, this.#after] = leaving(now);
    this.#stepping = to;
    this.#show(to);
    await this.#save();
    // A step that the server did not store is a change like any other once it does.
    if (!sameContent(this.stored ?? noTexts, to)) [this.#before, this.#after] = [before, after];
    this.#stepping = null;
  }

  get #steady(): boolean {
    return this.phase !== 'conflict' && this.phase !== 'gone';
  }

  /** Ends a conflict: with the colleague's texts, or with those typed here, which are saved over them. */
  async resolve(how: 'theirs' | 'mine'): Promise<void> {
    const { theirs } = this;
    if (!theirs) return;
    this.#forget();
    this.#adopt(theirs);
    this.theirs = null;
    this.phase = 'unchanged';
    // The history of a colleague's version begins with it.
    this.#visit = this.#ports.visit();
    if (how === 'theirs') this.#show(theirs);
    else await this.flush();
  }

  /** Ends the visit: what is typed and not sent is given up. */
  end(): void {
    this.#ended = true;
    this.#unschedule();
  }

  #schedule(delay: number): void {
    this.#unschedule();
    if (this.#ended) return;
    if (this.phase !== 'unsent') this.phase = 'waiting';
    this.#timer = this.#ports.after(delay, () => {
      this.#timer = null;
      void this.#save();
    });
  }

  #unschedule(): void {
    this.#timer?.();
    this.#timer = null;
  }

  #save(): Promise<void> {
    this.#unschedule();
    this.#running ??= this.#put().finally(() => (this.#running = null));
    return this.#running;
  }

  async #put(): Promise<void> {
    const { texts } = this;
    const content = this.#content;
    const wrong = check(ResponseTexts, texts);
    if (isRefusal(wrong)) {
      this.refusal = wrong;
      this.phase = 'refused';
      return;
    }
    const version = this.stored?.version ?? 0;
    if (this.phase !== 'unsent') this.phase = 'saving';
    const before = this.#sent;
    this.#sent = [...before, content];
    const body = { ...texts, version, edit: this.#visit };
    // A response that never had files is saved without a list of them.
    const has = content.files?.length || this.stored?.files?.length;
    const answer = await this.#ports.put(this.id, {
      ...body,
      ...(has && { files: this.files.map(({ id }) => id) }),
    });
    if (!isRefusal(answer)) {
      this.#ports.stored(answer, answer.version > version);
      const isStep = this.#stepping !== null && sameContent(this.#stepping, answer);
      if (!isStep && this.stored && !sameContent(this.stored, answer)) {
        this.#before = [...this.#before, this.stored].slice(-mostSteps);
        this.#after = [];
      }
      this.#adopt(answer);
      this.#savedHere = true;
      this.#failures = 0;
      this.refusal = null;
      this.phase = 'saved';
      if (this.dirty) this.#schedule(savePause);
    } else if (answer.refused === 'conflict') await this.#compare();
    else if (answer.refused === 'not_found') this.#lost();
    else if (isTransient(answer.refused)) this.#again(answer);
    else {
      this.#sent = before;
      this.refusal = answer;
      this.phase = 'refused';
    }
  }

  /** The server was not reached: the text stays, and is sent again later. */
  #again(refusal: Refusal): void {
    this.refusal = refusal;
    this.phase = 'unsent';
    const delay = Math.min(longestRetry, firstRetry * 2 ** this.#failures++);
    this.#schedule(Math.max(delay, refusal.retryAfter ?? 0));
  }

  /** Another change came first, or an earlier save whose answer was lost. */
  async #compare(): Promise<void> {
    const now = await this.#ports.get(this.id);
    if (!isRefusal(now)) this.#meet(now);
    else if (now.refused === 'not_found') this.#lost();
    else this.#again(now);
  }

  /** Compares the server's version with the texts here. */
  #meet(now: ResponseDetails): void {
    const { stored } = this;
    if (stored && now.version < stored.version) return;
    if (this.phase === 'gone') this.phase = 'unchanged';
    const known = stored ?? noTexts;
    // No text of another user is replaced: only the version is newer, or an own save arrived after all.
    const ours =
      now.version === stored?.version ||
      [this.#content, known, ...this.#sent].some((each) => sameContent(each, now));
    if (!this.#owed) {
      if (!ours) {
        this.news = now;
        this.#forget();
      }
      this.#adopt(now);
      this.#show(now);
      if (!ours) this.phase = 'unchanged';
    } else if (ours) {
      this.#adopt(now);
      if (this.dirty) this.#schedule(savePause);
      else this.phase = 'saved';
    } else {
      this.#unschedule();
      this.theirs = now;
      this.phase = 'conflict';
    }
  }

  #adopt(details: ResponseDetails): void {
    const { id, key, question, answer, files, version } = details;
    this.stored = { id, key, question, answer, version, ...(files && { files }) };
    this.details = details;
    this.#sent = [];
  }

  /** An undo returns to no text that a colleague has replaced meanwhile. */
  #forget(): void {
    this.#before = [];
    this.#after = [];
  }

  #lost(): void {
    this.#unschedule();
    this.theirs = null;
    this.phase = 'gone';
  }
}

function sameContent(one: Content, other: Content): boolean {
  return sameTexts(one, other) && sameFiles(one.files, other.files);
}

/** A new response with only white space is no text that could be lost. */
export function isEmpty({ key, question, answer }: ResponseTexts): boolean {
  return [key, question, answer].every(isBlank);
}
