/**
 * The wire protocol of a conversation's sockets (PROTOCOL.md, 4 to 6): what each frame of a client does. Frames are hostile until
 * they are decoded; whatever one holds, the worst that happens is a refusal or the end of its own socket.
 */
import { bucket, refusalForVisitor, stateForVisitor, type Principal } from '#domain';
import {
  agentFrames,
  badFrames,
  closeCodes,
  decodeFrame,
  isRefusal,
  lease,
  maxRange,
  maxReplay,
  protocolVersion,
  refuse,
  schemaByType,
  tailLength,
  visitorFrames,
  type AgentFrame,
  type Attachment,
  type ClientFrame,
  type CommandFrame,
  type Party,
  type Refusal,
  type VisitorFrame,
  type Waiting,
} from '#protocol';
import type { Socket } from '../host.ts';
import { report } from '../report.ts';
import { attach, attachmentOf } from './attachment.ts';
import { following, rangeFrame, send, signal } from './audience.ts';
import type { ConversationCore } from './core.ts';

const visitorSchema = schemaByType(visitorFrames);
const agentSchema = schemaByType(agentFrames);

/** Questions that are answered with entries, a second and at once, per socket. */
const questionsPerSecond = 5;
const questionsAtOnce = 20;
/** Signals a second of one kind and socket; more are dropped. */
const signalsPerSecond = 5;

/** What is remembered of a socket while the actor is awake. Lost on hibernation, to the client's favour. */
interface Pace {
  commands: bucket.Bucket;
  questions: bucket.Bucket;
  signals: bucket.Bucket;
  bad: number;
}

export interface Paces {
  /** Commands a second and at once, per socket. */
  readonly rate: number;
  readonly burst: number;
}

export class Sessions {
  readonly #core: ConversationCore;
  readonly #paces: Paces;
  readonly #place: () => Promise<Waiting | null>;
  readonly #pace = new WeakMap<Socket, Pace>();

  /** `place` asks where in the line the conversation is. */
  constructor(core: ConversationCore, paces: Paces, place: () => Promise<Waiting | null>) {
    this.#place = place;
    this.#core = core;
    this.#paces = paces;
  }

  /** A frame has come. */
  take(socket: Socket, data: string | ArrayBuffer): void {
    const attachment = attachmentOf(socket);
    if (!attachment) {
      socket.close(closeCodes.signedOut, 'who are you?');
      return;
    }
    const frame: ClientFrame | (Refusal & { id?: string }) =
      attachment.side === 'visitor'
        ? decodeFrame<VisitorFrame>(visitorSchema, data)
        : decodeFrame<AgentFrame>(agentSchema, data);
    if (isRefusal(frame)) {
      this.#bad(socket, frame);
      return;
    }
    const pace = this.#paceOf(socket);
    pace.bad = 0;
    if ((frame.t === 'hello' || frame.t === 'pull') && !this.#answerAllowed(socket, pace)) return;
    if (frame.t === 'hello') this.#hello(socket, attachment, frame);
    else if (!attachment.hello) this.#bad(socket, refuse('bad_frame', { message: 'Say hello first.' }));
    else this.#handle(socket, attachment, frame);
  }

  /** A socket has gone. */
  gone(socket: Socket): void {
    this.#core.lag.gone(socket);
    const attachment = attachmentOf(socket);
    this.#core.tabGone(attachment);
    if (attachment?.side !== 'visitor' || this.#present(socket)) return;
    signal(this.#core.host, 'agent', { t: 'presence', present: false });
    if (this.#core.journal.state.phase !== 'closed') this.#core.visitorGone(this.#core.host.now());
  }

  #handle(socket: Socket, who: Attachment, frame: Exclude<ClientFrame, { t: 'hello' }>): void {
    switch (frame.t) {
      case 'pull':
        this.#pull(socket, who, frame);
        break;
      case 'mark':
        this.#mark(socket, who, frame);
        break;
      case 'typing':
        if (this.#mayWrite(who) && this.#signalAllowed(socket)) this.#typing(who, frame.on);
        break;
      case 'preview':
        // Where the campaign has it off, nothing should come; what comes goes nowhere.
        if (this.#core.self.settings.sneakPreview && this.#signalAllowed(socket)) {
          signal(this.#core.host, 'agent', { t: 'preview', text: frame.text });
        }
        break;
      default:
        this.#command(socket, who, frame);
    }
  }

  #hello(socket: Socket, who: Attachment, hello: Extract<ClientFrame, { t: 'hello' }>): void {
    if (hello.v !== protocolVersion) {
      send(socket, refusedFrame(refuse('unsupported')));
      socket.close(closeCodes.badFrame, 'unsupported version');
      return;
    }
    const { journal, self } = this.#core;
    // Before it is attached: nothing may reach a tab ahead of its welcome.
    if (who.side === 'visitor') this.#visitorHere();
    const { head, state, marks, told, alias } = journal;
    const known = this.#isKnown(hello);
    // An accepted cursor confirms the entries before it.
    attach(socket, { ...who, hello: true, held: known ? (hello.cursor ?? 0) : 0 });
    const visits = who.side === 'visitor';
    const welcome = {
      t: 'welcome',
      v: protocolVersion,
      conversation: self.id,
      epoch: self.epoch,
      head,
      state: visits ? stateForVisitor(state, alias) : state,
      marks: visits ? told : marks,
      present: this.#present(),
    };
    send(socket, JSON.stringify(welcome));
    this.#catchUp(socket, who, known ? hello.cursor : undefined, hello.cursor !== undefined);
    if (visits && state.phase === 'waiting') this.#tellPlace(socket);
  }

  /** Nobody waits for it, and nothing is lost where it fails: with the next change all are told. */
  #tellPlace(socket: Socket): void {
    const told = this.#place().then(
      (waiting) => waiting && send(socket, JSON.stringify({ t: 'waiting', ...waiting })),
      (error: unknown) => report('place_not_told', error),
    );
    this.#core.host.background(told);
  }

  /** Whether a tab's view can be continued entry by entry. */
  #isKnown({ cursor, epoch }: { cursor?: number | undefined; epoch?: string | undefined }): boolean {
    const { head } = this.#core.journal;
    return (
      cursor !== undefined && epoch === this.#core.self.epoch && cursor <= head && head - cursor <= maxReplay
    );
  }

  /**
   * Sends the entries after an accepted cursor, otherwise the tail. `claimed`: the tab has a view and must discard it.
   */
  #catchUp(socket: Socket, who: Attachment, cursor: number | undefined, claimed: boolean): void {
    const { head } = this.#core.journal;
    if (cursor === undefined && claimed)
      send(socket, JSON.stringify({ t: 'reset', epoch: this.#core.self.epoch, head }));
    this.#ranges(socket, who, cursor ?? Math.max(0, head - tailLength));
    this.#core.lag.expect([socket]);
  }

  #visitorHere(): void {
    this.#core.visitorGone(null);
    if (!this.#present()) signal(this.#core.host, 'agent', { t: 'presence', present: true });
    if (!this.#core.journal.state.visitor.here) {
      this.#core.perform({ kind: 'system' }, { t: 'visitor.returned' });
    }
  }

  /** All that comes after a seq, in ranges. Nothing to tell is told too: it answers the question. */
  #ranges(socket: Socket, who: Attachment, after: number): void {
    const { head, log, alias } = this.#core.journal;
    let from = after;
    do {
      const upTo = Math.min(head, from + maxRange);
      send(socket, rangeFrame(who.side, from, upTo, log.read(from, upTo), alias));
      from = upTo;
    } while (from < head);
  }

  #pull(socket: Socket, who: Attachment, pull: Extract<ClientFrame, { t: 'pull' }>): void {
    const { head, log, alias } = this.#core.journal;
    if ('after' in pull) {
      if (pull.after > head || head - pull.after > maxReplay) this.#catchUp(socket, who, undefined, true);
      else this.#ranges(socket, who, pull.after);
      return;
    }
    const upTo = Math.max(0, Math.min(pull.before - 1, head));
    const after = Math.max(0, upTo - pull.limit);
    send(socket, rangeFrame(who.side, after, upTo, log.read(after, upTo), alias));
  }

  #command(socket: Socket, who: Attachment, frame: CommandFrame): void {
    const pace = this.#paceOf(socket);
    const { rate, burst } = this.#paces;
    const taken = bucket.take(pace.commands, rate, burst, this.#core.host.now());
    pace.commands = taken.bucket;
    if (taken.wait > 0) {
      send(socket, refusedFrame(refuse('slow_down', { retryAfter: taken.wait }), frame.id));
      return;
    }
    const { id } = frame;
    const done = this.#core.perform(partyOf(who), frame, this.#principal(who));
    if (isRefusal(done))
      send(socket, refusedFrame(who.side === 'visitor' ? refusalForVisitor(done) : done, id));
    // A fresh entry has gone out in a range, and acknowledges itself.
    else if (!done.fresh) send(socket, JSON.stringify({ t: 'ack', id, seq: done.seq }));
  }

  #typing(who: Attachment, on: boolean): void {
    const by =
      who.side === 'agent'
        ? { kind: 'agent', id: this.#core.journal.alias(who.id), name: who.name }
        : { kind: 'visitor', id: who.id };
    signal(this.#core.host, who.side === 'agent' ? 'visitor' : 'agent', { t: 'typing', by, on });
  }

  /** Handles a tab's mark. The socket's attachment stores it, so it survives an eviction. */
  #mark(socket: Socket, who: Attachment, { delivered, read }: { delivered: number; read: number }): void {
    const { head, state } = this.#core.journal;
    const counts = this.#marksCount(who);
    const { generation } = state;
    const same = who.side === 'visitor' || who.mark?.generation === generation;
    const before = (same && who.mark) || { delivered: 0, read: 0 };
    const upTo = (seq: number, known: number) => Math.max(known, Math.min(seq, head));
    const mark = { delivered: upTo(delivered, before.delivered), read: upTo(read, before.read), generation };
    attach(socket, { ...who, held: upTo(delivered, who.held ?? 0), ...(counts && { mark }) });
    this.#core.lag.confirmed(socket);
    if (counts) this.#core.mark(who.side, mark);
  }

  /** Only the owner's eyes count as the agent's. */
  #marksCount(who: Attachment): boolean {
    return who.side === 'visitor' || this.#core.journal.state.owner?.id === who.id;
  }

  #mayWrite(who: Attachment): boolean {
    return this.#core.journal.state.phase !== 'closed' && this.#marksCount(who);
  }

  /** Whether the visitor has a live tab, not counting one that is going. */
  #present(going?: Socket): boolean {
    const { host } = this.#core;
    return following(host, 'visitor').some((socket) => {
      const seen = host.lastPing(socket) ?? attachmentOf(socket)?.at ?? 0;
      return socket !== going && host.now() - seen < lease;
    });
  }

  #principal(who: Attachment): Principal {
    const { account } = this.#core.self;
    return who.side === 'visitor'
      ? { kind: 'visitor', account, id: who.id, site: this.#core.journal.state.site }
      : {
          kind: 'user',
          account,
          id: who.id,
          name: who.name,
          roles: who.roles,
          manages: false,
          session: who.session,
        };
  }

  #bad(socket: Socket, refusal: Refusal & { id?: string }): void {
    const pace = this.#paceOf(socket);
    pace.bad++;
    send(socket, refusedFrame(refusal, refusal.id));
    if (pace.bad >= badFrames) socket.close(closeCodes.badFrame, 'too many bad frames');
  }

  #answerAllowed(socket: Socket, pace: Pace): boolean {
    const taken = bucket.take(pace.questions, questionsPerSecond, questionsAtOnce, this.#core.host.now());
    pace.questions = taken.bucket;
    if (taken.wait > 0) send(socket, refusedFrame(refuse('slow_down', { retryAfter: taken.wait })));
    return taken.wait === 0;
  }

  #signalAllowed(socket: Socket): boolean {
    const pace = this.#paceOf(socket);
    const taken = bucket.take(pace.signals, signalsPerSecond, 2 * signalsPerSecond, this.#core.host.now());
    pace.signals = taken.bucket;
    return taken.wait === 0;
  }

  #paceOf(socket: Socket): Pace {
    let pace = this.#pace.get(socket);
    if (!pace) {
      const now = this.#core.host.now();
      pace = {
        commands: bucket.fill(this.#paces.burst, now),
        questions: bucket.fill(questionsAtOnce, now),
        signals: bucket.fill(2 * signalsPerSecond, now),
        bad: 0,
      };
      this.#pace.set(socket, pace);
    }
    return pace;
  }
}

function partyOf(who: Attachment): Party {
  return who.side === 'visitor'
    ? { kind: 'visitor', id: who.id }
    : { kind: 'agent', id: who.id, name: who.name };
}

function refusedFrame(refusal: Refusal, id?: string): string {
  const { refused, ...rest } = refusal;
  return JSON.stringify({ t: 'refused', ...rest, ...(id !== undefined && { id }), code: refused });
}
