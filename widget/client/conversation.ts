/**
 * Follows one conversation: keeps the window gapless, folds the state, sends commands until they are answered. It
 * depends on no page and no framework; a view is built only on request.
 */
import { evolve } from '#domain/conversation/conversation';
import { arrive, noMarks } from '#domain/conversation/marks';
import { sideOf } from '#domain/conversation/parties';
import {
  closeCodes,
  isTransient,
  makeCommandId,
  protocolVersion,
  subprotocol,
  tailLength,
  type CommandFrame,
  type ConversationServerFrame,
  type ConversationState,
  type Entry,
  type Marks,
  type Range,
  type Refused,
  type Waiting,
  type Welcome,
} from '#protocol';
import { Connection } from './connection.ts';
import type { ConversationOptions } from './conversation-options.ts';
import type { ConversationView } from './conversation-view.ts';
import { MarkReporter } from './mark-reporter.ts';
import type { Pending } from './outbox.ts';
import { TypingShown } from './typing-shown.ts';
import { LogWindow } from './window.ts';

/** A command that is unanswered for this long is sent again, because a single frame can be lost; milliseconds. */
const answerWithin = 15_000;
/** The pause before a command that overtook the one before it is sent again; milliseconds. */
const reorderAfter = 100;
/** A socket that opened but was not welcomed within this time is given up; milliseconds. */
const welcomeWithin = 15_000;
/** Entries per request when scrolling back. */
const olderLimit = 50;

export class ConversationClient {
  readonly #options: ConversationOptions;
  readonly #connection: Connection;
  readonly #window = new LogWindow();
  readonly #pending = new Map<string, Pending>();
  #state: ConversationState | null = null;
  #marks: Marks = noMarks;
  #epoch: string | undefined;
  #welcomedHead = 0;
  #welcomed = false;
  #present = false;
  #preview = '';
  #waiting: Waiting | null = null;
  #loadingOlder = false;
  #nextTryAt: number | null = null;
  readonly #marksOut: MarkReporter;
  readonly #typing: TypingShown;
  #welcomeTimer: () => void = () => undefined;
  #askTimer: (() => void) | null = null;
  #resendTimer: (() => void) | null = null;
  #answerTimer: (() => void) | null = null;
  #changed = false;
  #ended = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#marksOut = new MarkReporter(options.env, (mark) => this.#welcomed && this.#connection.send(mark));
    this.#typing = new TypingShown(options.env, () => this.#touch());
    this.#connection = new Connection({
      env: options.env,
      url: options.url,
      protocols: () => [subprotocol, ...options.protocols()],
      onDoubt: options.onDoubt,
      onOpen: () => this.#hello(),
      onAwake: () => this.#pull(),
      onFrame: (frame) => this.#take(frame as ConversationServerFrame),
      onState: (state, nextTryAt) => {
        if (state !== 'open') this.#welcomed = false;
        this.#welcomeTimer();
        this.#nextTryAt = nextTryAt;
        this.#touch();
      },
    });
  }

  /** Takes over the unsent commands (by default those of an earlier page) and connects. */
  async start(given?: readonly Pending[]): Promise<void> {
    const left = given ?? (await this.#options.outbox.load());
    const typed = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of [...left, ...typed]) this.#pending.set(pending.id, pending);
    if (!this.#ended) this.#connection.start();
    this.#touch();
  }

  end(): void {
    this.#ended = true;
    this.#marksOut.end();
    this.#connection.end();
    this.#resendTimer?.();
    this.#answerTimer?.();
    this.#askTimer?.();
    this.#typing.show(null);
  }

  /** Sends a message and returns its id. The message is kept until it is answered. */
  send(text: string): string {
    const id = this.newId();
    this.submit({ id, frame: { t: 'message.send', id, text }, at: this.#options.env.now() });
    return id;
  }

  /** Sends any other command. */
  command(
    frame: CommandFrame extends infer F ? (F extends CommandFrame ? Omit<F, 'id'> : never) : never,
  ): string {
    const id = this.newId();
    this.submit({ id, frame: { ...frame, id }, at: this.#options.env.now() });
    return id;
  }

  /** Takes over a command that was created elsewhere, with its id. */
  submit(pending: Pending): void {
    this.#pending.set(pending.id, pending);
    this.#options.outbox.put(pending);
    // While other commands wait for their second try, this one would be refused like them (V24).
    if (this.#welcomed && !this.#resendTimer) this.#transmit(pending.id);
    this.#touch();
  }

  /** Sends all unanswered commands, in order, or a single one; each names the one before it (V24). */
  #transmit(only?: string): void {
    let prev: string | undefined;
    for (const { id, frame, refused } of this.#pending.values()) {
      if (refused) continue;
      if (only === undefined || id === only) this.#connection.send({ ...frame, prev });
      prev = id;
    }
    if (prev === undefined) return;
    this.#answerTimer ??= this.#options.env.after(answerWithin, () => {
      this.#answerTimer = null;
      if (this.#welcomed) this.#transmit();
    });
  }

  /** Sends a refused command again, after all others. */
  retry(id: string): void {
    const pending = this.#pending.get(id);
    if (!pending?.refused) return;
    this.#pending.delete(id);
    this.submit({ id, frame: pending.frame, at: pending.at });
  }

  /** Returns all unanswered commands, in order, for another sender. */
  surrender(): Pending[] {
    const given = this.unanswered;
    for (const { id } of given) this.#pending.delete(id);
    return given;
  }

  get unanswered(): Pending[] {
    return [...this.#pending.values()].filter(({ refused }) => !refused);
  }

  discard(id: string): void {
    if (!this.#pending.delete(id)) return;
    this.#options.outbox.drop(id);
    this.#touch();
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
    if (this.#loadingOlder || this.#window.from === 0 || !this.#welcomed) return;
    this.#loadingOlder = this.#connection.send({
      t: 'pull',
      before: this.#window.from + 1,
      limit: olderLimit,
    });
    this.#touch();
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
      present: this.#present,
      typing: this.#typing.name,
      preview: this.#preview,
      waiting: this.#waiting,
      pending: [...this.#pending.values()],
      loadingOlder: this.#loadingOlder,
    };
  }

  #hello(): void {
    const placed = this.#window.placed && this.#epoch !== undefined;
    this.#connection.send({
      t: 'hello',
      v: protocolVersion,
      ...(placed && { epoch: this.#epoch, cursor: this.#window.cursor }),
    });
    this.#welcomeTimer = this.#options.env.after(welcomeWithin, () => this.#connection.restart());
  }

  /** A request came too soon after others of this side: it is sent again. */
  #askAgain(wait: number): void {
    this.#askTimer ??= this.#options.env.after(Math.max(wait, 1_000), () => {
      this.#askTimer = null;
      if (!this.#welcomed) {
        this.#welcomeTimer();
        this.#hello();
        return;
      }
      this.#pull();
      if (!this.#loadingOlder) return;
      this.#loadingOlder = false;
      this.older();
    });
  }

  #pull(): void {
    if (this.#welcomed) this.#connection.send({ t: 'pull', after: this.#window.cursor });
  }

  #pullTail(head: number): void {
    this.#connection.send({ t: 'pull', after: Math.max(0, head - tailLength) });
  }

  #take(frame: ConversationServerFrame): void {
    switch (frame.t) {
      case 'welcome':
        this.#welcome(frame);
        break;
      case 'reset':
        this.#window.reset();
        this.#loadingOlder = false;
        break;
      case 'range':
        this.#range(frame);
        break;
      case 'ack':
        this.#answered(frame.id);
        break;
      case 'refused':
        this.#refused(frame);
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
        this.#pullTail(frame.state.head);
      }
      for (const entry of this.#window.entries) this.#fold(entry);
    }
    this.#present = frame.present;
    this.#preview = '';
    this.#typing.show(null);
    this.#loadingOlder = false;
    this.#welcomed = true;
    this.#welcomeTimer();
    this.#marksOut.forget();
    this.#transmit();
    if (this.#window.placed) this.#marksOut.delivered(this.#window.cursor);
  }

  #range(range: Range): void {
    // The ranges of the welcome are lost: a view that began here would be folded over a gap.
    if (!this.#window.placed && this.#state && range.after > this.#state.head) {
      this.#pullTail(this.#state.head);
      return;
    }
    const { fit, fresh } = this.#window.apply(range);
    if (fit === 'gap') {
      this.#pull();
      return;
    }
    if (fit === 'old') return;
    for (const entry of fresh) this.#learn(entry, fit === 'appended');
    if (fit === 'prepended') {
      this.#loadingOlder = false;
      return;
    }
    this.#marksOut.delivered(this.#window.cursor);
    if (fresh.length > 0) this.#options.onEntries?.(fresh);
  }

  /** Handles an entry that was not loaded before. */
  #learn(entry: Entry, live: boolean): void {
    const { by } = entry;
    const mine = 'id' in by && by.id === this.#options.me;
    if (mine && 'id' in entry && entry.id !== undefined) this.#answered(entry.id);
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

  #answered(id: string): void {
    if (this.#pending.delete(id)) this.#options.outbox.drop(id);
  }

  #refused(refused: Refused): void {
    if (refused.id === undefined && refused.code === 'slow_down') this.#askAgain(refused.retryAfter ?? 0);
    const pending = refused.id === undefined ? undefined : this.#pending.get(refused.id);
    if (!pending) return;
    if (isTransient(refused.code)) {
      const wait = refused.code === 'out_of_order' ? reorderAfter : Math.max(refused.retryAfter ?? 0, 1_000);
      this.#resendTimer ??= this.#options.env.after(wait, () => {
        this.#resendTimer = null;
        if (this.#welcomed) this.#transmit();
      });
      return;
    }
    if (this.#options.onRefused?.(pending, refused)) return;
    const kept = { ...pending, refused };
    this.#pending.set(kept.id, kept);
    this.#options.outbox.put(kept);
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
