/**
 * The wire protocol of a conversation's sockets (PROTOCOL.md, CON to SIG): handles each frame of a client. Frames are
 * hostile until they are decoded; at worst, a frame causes a refusal or the end of its own socket.
 */
import { refusalForVisitor, stateForVisitor } from '#domain/conversation/redaction';
import {
  type Principal,
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
import type { Socket } from '../../runtime/host.ts';
import { report } from '../../runtime/report.ts';
import { attach, attachmentOf } from './attachment.ts';
import { following, rangeFrame, readerOf, send, signal } from './audience.ts';
import type { ConversationCore } from './core.ts';
import type { Done, MessageCommand } from '../contracts/conversation.ts';
import type { Claims } from './claims.ts';
import { Paces, pacedApart, type Rate } from './paces.ts';
import { QueuePosition } from './queue-position.ts';
import { Turns } from './turns.ts';

const visitorSchema = schemaByType(visitorFrames);
const agentSchema = schemaByType(agentFrames);

interface Ends {
  /** Asks for the conversation's position in the queue. */
  position(): Promise<Waiting | null>;
  readonly claims: Claims;
}

export class Sessions {
  readonly #core: ConversationCore;
  readonly #claims: Claims;
  readonly #turns = new Turns();
  readonly #paces: Paces;
  readonly #queuePosition: QueuePosition;
  /** Bad frames in a row, by socket. */
  readonly #badFrames = new WeakMap<Socket, number>();

  /** `commands` is the pace of a side. */
  constructor(core: ConversationCore, commands: Rate, { position, claims }: Ends) {
    this.#core = core;
    this.#claims = claims;
    this.#paces = new Paces(() => core.host.now(), commands);
    this.#queuePosition = new QueuePosition(core.host, position);
    core.leases.onClosed = (socket) => this.gone(socket);
  }

  /** Another socket of the visitor arrives. Returns 0, or how many milliseconds it has to wait. */
  arrives(visitor: string): number {
    return this.#paces.take('arrivals', { side: 'visitor', id: visitor });
  }

  /** A reader asks for a file. Returns 0, or how many milliseconds they have to wait. */
  readsFile(reader: Pick<Attachment, 'side' | 'id'>): number {
    return this.#paces.take('files', reader);
  }

  /** The dispatcher has sent the visitor's position in the queue. */
  positionChanged(waiting: Waiting): void {
    this.#core.leases.sweep();
    this.#queuePosition.sent(waiting);
    signal(this.#core.host, 'visitor', { t: 'waiting', ...waiting });
  }

  /** A frame has arrived. */
  take(socket: Socket, data: string | ArrayBuffer): void {
    const attachment = attachmentOf(socket);
    if (!attachment) {
      socket.close(closeCodes.signedOut, 'who are you?');
      return;
    }
    if (this.#paces.take('frames', attachment) > 0) {
      socket.close(closeCodes.slowDown, 'too many frames');
      return;
    }
    this.#core.leases.heard(socket);
    const frame: ClientFrame | (Refusal & { id?: string }) =
      attachment.side === 'visitor'
        ? decodeFrame<VisitorFrame>(visitorSchema, data)
        : decodeFrame<AgentFrame>(agentSchema, data);
    if (isRefusal(frame)) {
      this.#bad(socket, frame);
      return;
    }
    this.#badFrames.delete(socket);
    if ((frame.t === 'hello' || frame.t === 'pull') && !this.#answerAllowed(socket, attachment)) return;
    if (frame.t === 'hello') this.#hello(socket, attachment, frame);
    else if (!attachment.hello) this.#bad(socket, refuse('bad_frame', { message: 'Send hello first.' }));
    else this.#handle(socket, attachment, frame);
  }

  /** A socket has closed. */
  gone(socket: Socket): void {
    this.#core.lag.gone(socket);
    this.#core.leases.gone(socket);
    const attachment = attachmentOf(socket);
    this.#core.tabGone(attachment);
    // The visitor may count as gone before the close event of a dead socket comes.
    const known = this.#core.goneAt !== null;
    if (attachment?.side !== 'visitor' || known || this.#present(socket)) return;
    this.#core.signals.present(false);
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
        if (this.#mayWrite(who)) this.#typing(who, frame.on);
        break;
      case 'preview':
        // If the campaign has previews switched off, none should arrive; one that does is dropped.
        if (this.#core.self.settings.sneakPreview && this.#mayWrite(who))
          this.#core.signals.say('visitor', frame);
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
    if (this.#core.leases.greeted(socket)) this.#core.alarm.arm();
    const visits = who.side === 'visitor';
    const { editMinutes } = self.settings;
    const welcome = {
      t: 'welcome',
      v: protocolVersion,
      conversation: self.id,
      epoch: self.epoch,
      head,
      state: visits ? stateForVisitor(state, alias) : state,
      marks: visits ? told : marks,
      present: this.#present(),
      ...(editMinutes !== undefined && { editMinutes }),
      ...(!visits && self.settings.codes && { codes: self.settings.codes }),
    };
    send(socket, JSON.stringify(welcome));
    this.#catchUp(socket, who, known ? hello.cursor : undefined, hello.cursor !== undefined);
    if (visits && state.phase === 'waiting') this.#tellPosition(socket);
  }

  /** In the background, and failures lose nothing: the next change is sent to all. */
  #tellPosition(socket: Socket): void {
    const told = this.#queuePosition.now().then(
      (waiting) => waiting && send(socket, JSON.stringify({ t: 'waiting', ...waiting })),
      (error: unknown) => report('position_not_told', error),
    );
    this.#core.host.background(told);
  }

  /** True if a tab's view can be continued entry by entry. */
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
    if (!this.#present()) this.#core.signals.present(true);
    if (!this.#core.journal.state.visitor.here) {
      this.#core.perform({ kind: 'system' }, { t: 'visitor.returned' });
    }
  }

  /** Sends everything after a seq, in ranges. An empty range is sent too: it answers the question. */
  #ranges(socket: Socket, who: Attachment, after: number): void {
    const { head } = this.#core.journal;
    let from = after;
    do {
      const upTo = Math.min(head, from + maxRange);
      this.#range(socket, who, from, upTo);
      from = upTo;
    } while (from < head);
  }

  #range(socket: Socket, who: Attachment, after: number, upTo: number): void {
    const { journal } = this.#core;
    const frame = rangeFrame(readerOf(who), after, upTo, journal.log.read(after, upTo), journal);
    this.#paces.answered(who, frame.length);
    send(socket, frame);
  }

  #pull(socket: Socket, who: Attachment, pull: Extract<ClientFrame, { t: 'pull' }>): void {
    const { head } = this.#core.journal;
    if ('after' in pull) {
      if (pull.after > head || head - pull.after > maxReplay) this.#catchUp(socket, who, undefined, true);
      else this.#ranges(socket, who, pull.after);
      return;
    }
    const upTo = Math.max(0, Math.min(pull.before - 1, head));
    this.#range(socket, who, Math.max(0, upTo - pull.limit), upTo);
  }

  #command(socket: Socket, who: Attachment, frame: CommandFrame): void {
    const own = pacedApart[frame.t];
    const retryAfter = (own && this.#paces.take(own, who)) || this.#paces.take('commands', who);
    if (retryAfter > 0) {
      send(socket, refusedFrame(refuse('slow_down', { retryAfter }), frame.id));
      return;
    }
    const waits = this.#turns.take(`${who.side} ${who.id}`, () => {
      if (frame.t !== 'message.send' || !frame.files) return this.#perform(socket, who, frame);
      return this.#sendFiles(socket, who, frame);
    });
    if (waits) this.#core.host.background(waits);
  }

  #perform(socket: Socket, who: Attachment, frame: CommandFrame): undefined {
    this.#answer(socket, who, frame.id, this.#core.perform(partyOf(who), frame, this.#principal(who)));
  }

  async #sendFiles(socket: Socket, who: Attachment, frame: MessageCommand): Promise<void> {
    const stays = () => this.#core.host.sockets().includes(socket);
    const done = await this.#claims.send(this.#core, partyOf(who), frame, this.#principal(who), stays);
    this.#answer(socket, who, frame.id, done);
  }

  #answer(socket: Socket, who: Attachment, id: string, done: Done | Refusal): void {
    if (isRefusal(done))
      send(socket, refusedFrame(who.side === 'visitor' ? refusalForVisitor(done) : done, id));
    // A fresh entry was sent in a range, which acknowledges it.
    else if (!done.fresh) send(socket, JSON.stringify({ t: 'ack', id, seq: done.seq }));
  }

  #typing(who: Attachment, on: boolean): void {
    const by =
      who.side === 'agent'
        ? { kind: 'agent', id: this.#core.journal.alias(who.id), name: who.name }
        : { kind: 'visitor', id: who.id };
    this.#core.signals.say(who.side, { t: 'typing', by, on });
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
    const held = upTo(delivered, who.held ?? 0);
    const further = mark.delivered > before.delivered || mark.read > before.read;
    if (held === who.held && !(counts && further)) return;
    attach(socket, { ...who, held, ...(counts && { mark }) });
    this.#core.lag.confirmed(socket);
    if (counts) this.#core.mark(who.side, mark);
  }

  /** Of the agents, only the owner's marks count. */
  #marksCount(who: Attachment): boolean {
    return who.side === 'visitor' || this.#core.journal.state.owner?.id === who.id;
  }

  #mayWrite(who: Attachment): boolean {
    return this.#core.journal.state.phase !== 'closed' && this.#marksCount(who);
  }

  /** True if the visitor has a live tab, not counting one that is closing. */
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
    const inRow = (this.#badFrames.get(socket) ?? 0) + 1;
    this.#badFrames.set(socket, inRow);
    send(socket, refusedFrame(refusal, refusal.id));
    if (inRow >= badFrames) socket.close(closeCodes.badFrame, 'too many bad frames');
  }

  #answerAllowed(socket: Socket, who: Attachment): boolean {
    const retryAfter = this.#paces.take('questions', who);
    if (retryAfter > 0) send(socket, refusedFrame(refuse('slow_down', { retryAfter })));
    return retryAfter === 0;
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
