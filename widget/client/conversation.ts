/**
 * Follows one conversation: keeps the window gapless, folds the state, sends commands until they are answered. It
 * depends on no page and no framework; a view is built only on request.
 */
import { evolve } from '#domain/conversation/conversation';
import { arrive, noMarks } from '#domain/conversation/marks';
import { sideOf } from '#domain/conversation/parties';
import {
  closeCodes,
  makeCommandId,
  subprotocol,
  type CodeChoice,
  type CommandFrame,
  type ConversationServerFrame,
  type ConversationState,
  type Entry,
  type Marks,
  type Range,
  type Waiting,
  type Welcome,
} from '#protocol';
import { Asking } from './asking.ts';
import { Commands } from './commands.ts';
import { Connection } from './connection.ts';
import type { ConversationOptions } from './conversation-options.ts';
import type { ConversationView } from './conversation-view.ts';
import { MarkReporter } from './mark-reporter.ts';
import type { Pending } from './outbox.ts';
import { TypingShown } from './typing-shown.ts';
import { LogWindow } from './window.ts';

export class ConversationClient {
  readonly #options: ConversationOptions;
  readonly #connection: Connection;
  readonly #window: LogWindow;
  /** The commands that are unanswered. */
  readonly commands: Commands;
  readonly #asking: Asking;
  #state: ConversationState | null = null;
  #marks: Marks = noMarks;
  #epoch: string | undefined;
  #welcomedHead = 0;
  #welcomed = false;
  #editMinutes: number | undefined;
  #present = false;
  #preview = '';
  #waiting: Waiting | null = null;
  #codes: CodeChoice | null = null;
  #nextTryAt: number | null = null;
  readonly #marksOut: MarkReporter;
  readonly #typing: TypingShown;
  #changed = false;
  #ended = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#window = new LogWindow({ originals: options.originals ?? false });
    this.#marksOut = new MarkReporter(options.env, (mark) => this.#welcomed && this.#connection.send(mark));
    this.#typing = new TypingShown(options.env, () => this.#touch());
    this.#asking = new Asking({
      ...{ env: options.env, window: this.#window },
      send: (frame) => this.#connection.send(frame),
      restart: () => this.#connection.restart(),
      epoch: () => this.#epoch,
      welcomed: () => this.#welcomed,
      changed: () => this.#touch(),
    });
    this.commands = new Commands({
      ...{ env: options.env, outbox: options.outbox },
      ready: () => this.#welcomed,
      send: (frame) => void this.#connection.send(frame),
      changed: () => this.#touch(),
      onRefused: (pending, refused) => options.onRefused?.(pending, refused) ?? false,
    });
    this.#connection = new Connection({
      env: options.env,
      url: options.url,
      protocols: () => [subprotocol, ...options.protocols()],
      onDoubt: options.onDoubt,
      onOpen: () => this.#asking.hello(),
      onAwake: () => this.#asking.pull(),
      onFrame: (frame) => this.#take(frame as ConversationServerFrame),
      onState: (state, nextTryAt) => {
        if (state !== 'open') this.#welcomed = false;
        this.#asking.settled();
        this.#nextTryAt = nextTryAt;
        this.#touch();
      },
    });
  }

  /** Takes over the unsent commands (by default those of an earlier page) and connects. */
  async start(given?: readonly Pending[]): Promise<void> {
    this.commands.takeUp(given ?? (await this.#options.outbox.load()));
    if (!this.#ended) this.#connection.start();
    this.#touch();
  }

  end(): void {
    this.#ended = true;
    this.#marksOut.end();
    this.#connection.end();
    this.commands.end();
    this.#asking.end();
    this.#typing.show(null);
  }

  /**
   * Sends a message and returns its id. The message is kept until it is answered. `quote` is the seq of the quoted
   * message.
   */
  send(text: string, { quote }: { readonly quote?: number | undefined } = {}): string {
    return this.command({ t: 'message.send', text, ...(quote !== undefined && { quote }) });
  }

  /** Replaces the text of an own message or note, by its seq. The command is kept until it is answered. */
  edit(target: number, text: string): string {
    return this.command({ t: 'message.edit', target, text });
  }

  /** Deletes a message or note, by its seq. */
  delete(target: number): string {
    return this.command({ t: 'message.delete', target });
  }

  /** Sends any other command. */
  command(
    frame: CommandFrame extends infer F ? (F extends CommandFrame ? Omit<F, 'id'> : never) : never,
  ): string {
    const id = this.newId();
    this.commands.submit({ id, frame: { ...frame, id }, at: this.#options.env.now() });
    return id;
  }

  typing(on: boolean): void {
    this.#connection.send({ t: 'typing', on });
  }

  preview(text: string): void {
    this.#connection.send({ t: 'preview', text });
  }

  /** The loaded entries are visible to the reader. */
  read(): void {
    this.#marksOut.read(this.#window.cursor);
  }

  /** Requests the entries before the window. */
  older(): void {
    this.#asking.older();
  }

  newId(): string {
    return makeCommandId(this.#options.env.now(), this.#options.env.bytes(10));
  }

  get view(): ConversationView {
    return {
      connection: this.#connection.state,
      nextTryAt: this.#nextTryAt,
      crowded: !this.#welcomed && this.#connection.closedWith === closeCodes.crowded,
      state: this.#state,
      entries: [...this.#window.entries],
      from: this.#window.from,
      cursor: this.#window.cursor,
      caughtUp: this.#welcomed && this.#window.cursor >= this.#welcomedHead,
      marks: this.#marks,
      editMinutes: this.#editMinutes,
      present: this.#present,
      typing: this.#typing.name,
      preview: this.#preview,
      waiting: this.#waiting,
      codes: this.#codes,
      pending: this.commands.all,
      loadingOlder: this.#asking.loadingOlder,
    };
  }

  #take(frame: ConversationServerFrame): void {
    switch (frame.t) {
      case 'welcome':
        this.#welcome(frame);
        break;
      case 'reset':
        this.#window.reset();
        this.#asking.olderDone();
        break;
      case 'range':
        this.#range(frame);
        break;
      case 'ack':
        this.commands.answered(frame.id);
        break;
      case 'refused':
        if (frame.id === undefined && frame.code === 'slow_down') this.#asking.again(frame.retryAfter ?? 0);
        this.commands.refused(frame);
        break;
      case 'marks':
        this.#marks = frame.marks;
        break;
      case 'typing':
        this.#typing.show(frame.on ? (frame.by.name ?? '') : null);
        break;
      case 'preview':
        this.#preview = frame.text;
        break;
      case 'waiting':
        this.#waiting = frame;
        break;
      case 'presence':
        this.#present = frame.present;
        if (!frame.present) this.#preview = '';
        break;
      default:
      // A frame of a later version is ignored.
    }
    this.#touch();
  }

  #welcome(frame: Welcome): void {
    const another = frame.epoch !== this.#epoch;
    if (this.#epoch !== undefined && another) this.#window.reset();
    this.#epoch = frame.epoch;
    this.#welcomedHead = frame.head;
    // A late welcome is older than the entries folded since.
    if (another || !this.#state || frame.head >= this.#state.head) {
      this.#state = frame.state;
      this.#marks = frame.marks;
      // Ranges may have arrived before the welcome.
      if (this.#window.from > frame.state.head) {
        this.#window.reset();
        this.#asking.pullTail(frame.state.head);
      }
      for (const entry of this.#window.entries) this.#fold(entry);
    }
    this.#editMinutes = frame.editMinutes;
    this.#present = frame.present;
    this.#codes = frame.codes ?? null;
    this.#preview = '';
    this.#typing.show(null);
    this.#asking.olderDone();
    this.#welcomed = true;
    this.#asking.settled();
    this.#marksOut.forget();
    this.commands.transmit();
    if (this.#window.placed) this.#marksOut.delivered(this.#window.cursor);
  }

  #range(range: Range): void {
    // The ranges of the welcome are lost: a view that began here would be folded over a gap.
    if (!this.#window.placed && this.#state && range.after > this.#state.head) {
      this.#asking.pullTail(this.#state.head);
      return;
    }
    const { fit, fresh } = this.#window.apply(range);
    if (fit === 'gap') {
      this.#asking.pull();
      return;
    }
    if (fit === 'old') return;
    for (const entry of fresh) this.#learn(entry, fit === 'appended');
    if (fit === 'prepended') {
      this.#asking.olderDone();
      return;
    }
    this.#marksOut.delivered(this.#window.cursor);
    if (fresh.length > 0) this.#options.onEntries?.(fresh);
  }

  /** Handles an entry that was not loaded before. */
  #learn(entry: Entry, live: boolean): void {
    const { by } = entry;
    const mine = 'id' in by && by.id === this.#options.me;
    if (mine && 'id' in entry && entry.id !== undefined) this.commands.answered(entry.id);
    if (entry.kind === 'agent.assigned') this.#waiting = null;
    if (!live || !this.#fold(entry)) return;
    const from = sideOf(by);
    if (entry.kind !== 'message.sent' || !from || from === this.#options.side) return;
    this.#typing.show(null);
    if (from === 'visitor') this.#preview = '';
  }

  /** Folds an entry into the state; returns false if the state contains it already, or does not exist yet. */
  #fold(entry: Entry): boolean {
    if (!this.#state || entry.seq <= this.#state.head) return false;
    this.#state = evolve(this.#state, entry);
    this.#marks = arrive(this.#marks, entry);
    return true;
  }

  /** Reports a change once per turn, however many frames it took. */
  #touch(): void {
    const { onChange } = this.#options;
    if (!onChange || this.#changed) return;
    this.#changed = true;
    queueMicrotask(() => {
      this.#changed = false;
      if (!this.#ended) onChange(this.view);
    });
  }
}
