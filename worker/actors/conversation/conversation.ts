/**
 * The Durable Object of one conversation, named `account:con_…`. A thin shell: it gives the core its host and its
 * followers, and passes on the runtime's events.
 */
import { capsOf } from '#domain/base/caps';
import type { Assigning } from '#domain/conversation/commands';
import { readersByMention } from '#domain/conversation/mentions';
import { seesAll } from '#domain/floor/sight';
import {
  type Principal,
  closeCodes,
  isRefusal,
  lease,
  maxRange,
  refusals,
  refuse,
  type Attachment,
  type ConversationState,
  type Entry,
  type EntryOf,
  type FloorRow,
  type Party,
  type Refusal,
  type Started,
  type Summary,
  type Waiting,
} from '#protocol';
import { DurableObject } from 'cloudflare:workers';
import {
  acceptSocket,
  answerClose,
  answerPings,
  durableHost,
  refuseSocket,
} from '../../runtime/durable-host.ts';
import type { Host } from '../../runtime/host.ts';
import { readUpgrade } from '../../runtime/upgrade.ts';
import type {
  Birth,
  ConversationActor,
  Done,
  FoundFile,
  MessageCommand,
  Recalled,
  Transferring,
} from '../contracts/conversation.ts';
import type { Holding } from '../contracts/files.ts';
import type { Env } from '../env.ts';
import { agentStub, dispatcherStub, handedOn } from '../stubs.ts';
import { Admission, type User } from './admission.ts';
import { attachmentOf } from './attachment.ts';
import { rangeFrame } from './audience.ts';
import { Claims, senderIn } from './claims.ts';
import { ConversationCore, type Bind } from './core.ts';
import { waits, type Waits } from './duties.ts';
import { endsOf } from './followers/ends.ts';
import { rowOf } from './followers/floor.ts';
import { bind } from './followers/following.ts';
import { followers } from './followers/table.ts';
import { Sessions } from './sessions.ts';

/** Why sockets are closed, by code. */
const revocations: Readonly<Record<number, string>> = {
  [closeCodes.signedOut]: 'signed out',
  [closeCodes.lagging]: 'begin again',
};

/**
 * The runtime lists a closed socket until its other end answers, which a phone without network does late and an
 * attacker never. This many are allowed for each socket that a visitor may have open.
 */
const heldForEach = 8;

export class Conversation extends DurableObject<Env> implements ConversationActor {
  readonly #host: Host;
  #core: ConversationCore | undefined;
  #sessions: Sessions | undefined;
  #admission: Admission | undefined;
  readonly #claims: Claims;
  /** The followers with their real ends. */
  readonly #bind: Bind = ({ account, id: conversation }) =>
    bind(
      followers,
      endsOf(followers, { env: this.env, account, conversation, watched: () => this.#followed() }),
    );

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    answerPings(ctx);
    this.#host = durableHost(ctx);
    this.#claims = new Claims(senderIn(env), this.#host.background);
    const core = ConversationCore.wake(this.#host, this.#bind, this.waits, capsOf(env));
    if (core) this.#adopt(core);
  }

  /** Begins the conversation with the visitor's first message. A repeated call begins nothing again. */
  async start(birth: Birth, by: Party, message: MessageCommand): Promise<Started | Refusal> {
    if (this.#core) return this.send(by, message);
    const begun = await this.#claims.with(birth, by, message, (claimed) => {
      // Another call may have begun it meanwhile.
      if (this.#core) return {};
      const files = claimed.map(({ info }) => info);
      const entries = birth.entries.map((entry) =>
        entry.kind === 'message.sent' && files.length > 0 ? { ...entry, files } : entry,
      );
      const [born, caps] = [{ ...birth, entries }, capsOf(this.env)];
      this.#adopt(ConversationCore.begin(this.#host, this.#bind, born, this.waits, caps, claimed));
      return {};
    });
    return isRefusal(begun) ? begun : this.send(by, message);
  }

  /** Sends a message over HTTP: the same action as on the socket. */
  async send(by: Party, message: MessageCommand): Promise<Started | Refusal> {
    const core = this.#core;
    if (!core) return refuse('not_found');
    const sent = core.journal.entryOf(by, message.id);
    if (isThisMessage(sent, message)) return { conversation: core.self.id, seq: sent.seq };
    const done = message.files ? await this.#claims.send(core, by, message) : core.perform(by, message);
    return isRefusal(done) ? done : { conversation: core.self.id, seq: done.seq };
  }

  /** Looks up a sender's command by its id. Null if there is no log. */
  recall(by: Party, id: string, text?: string, files?: readonly string[]): Recalled | null {
    if (!this.#core) return null;
    const { journal } = this.#core;
    const entry = journal.entryOf(by, id);
    const found = entry ? { seq: entry.seq, same: isThisMessage(entry, { text, files }) } : null;
    return { found, ids: journal.state.phase === 'closed' ? journal.idsOf(by) : null };
  }

  /** For a sender whose files a message has claimed. */
  holds(by: Party, command: string): Holding {
    return this.#claims.holding(this.#core, by, command);
  }

  /** A file of a message that the reader may see now (FIL-14, FIL-15). */
  async file(reader: Principal, file: string): Promise<FoundFile | Refusal> {
    const [core, admission] = [this.#core, this.#admission];
    if (reader.kind === 'operator' || !core || !admission || !core.mayDo(reader, 'conversation.follow'))
      return refuse('not_found');
    const side = reader.kind === 'user' ? 'agent' : 'visitor';
    const retryAfter = this.#sessions?.readsFile({ side, id: reader.id }) ?? 0;
    if (retryAfter > 0) return refuse('slow_down', { retryAfter });
    if (reader.kind === 'user')
      return admission.admitOnce(reader, () => foundFile(core, file, seesAll(reader)));
    // Of a visitor who has signed out no credential counts any more.
    return core.registers.get('signedOut') ? refuse('signed_out') : foundFile(core, file, false);
  }

  /** The dispatcher has reserved capacity for the agent; the conversation decides. */
  assign(assigning: Assigning): Done | Refusal {
    return this.#core?.perform(assigning.agent, { t: 'assign', ...assigning }) ?? refuse('not_found');
  }

  /**
   * Accepts no owner under this generation or an earlier one any more; an agent who already owns the conversation
   * under it keeps it.
   */
  withdraw(generation: number): ConversationState | null {
    return this.#core?.withdraw(generation) ?? null;
  }

  /** Transfers it to a group or a campaign. */
  transfer(transferring: Transferring): Done | Refusal {
    return this.#core?.perform(transferring.by, { t: 'transfer', ...transferring }) ?? refuse('not_found');
  }

  /** Sends the visitor their position in the queue. */
  positionChanged(waiting: Waiting): void {
    if (this.#core?.journal.state.phase !== 'waiting') return;
    this.#sessions?.positionChanged(waiting);
  }

  /** Removes the owner of a generation, who is gone. */
  unassign(generation: number, reason: 'vanished' | 'signed_out' | 'offline'): Done | Refusal {
    return (
      this.#core?.perform({ kind: 'system' }, { t: 'unassign', generation, reason }) ?? refuse('not_found')
    );
  }

  state(): ConversationState | null {
    return this.#core?.journal.state ?? null;
  }

  /** For a floor whose row of the conversation is incomplete. */
  row(): FloorRow | null {
    return this.#core ? rowOf(this.#core.journal, this.#core.opening()) : null;
  }

  summary(): Summary | null {
    if (!this.#core) return null;
    const { state, marks } = this.#core.journal;
    return { state, unread: marks.agent.unread };
  }

  visitorId(): string | null {
    return this.#core?.journal.state.visitor.id ?? null;
  }

  /** Entries before a seq, or the last ones, as the JSON of a range. */
  range(side: 'visitor' | 'agent', before: number | undefined, limit: number): string | Refusal {
    if (!this.#core) return refuse('not_found');
    const { journal } = this.#core;
    const { head, log } = journal;
    const upTo = Math.max(0, Math.min((before ?? head + 1) - 1, head));
    const after = Math.max(0, upTo - Math.min(limit, maxRange));
    return rangeFrame(side, after, upTo, log.read(after, upTo), journal);
  }

  /** Writes the whole log to the archive again. */
  async rearchive(): Promise<void> {
    if (!this.#core) return;
    this.#core.followers.rewind('archive');
    await this.#core.followers.flush();
  }

  /**
   * Sets which agents may follow, beside those who see all; null for all. Sockets of other agents are closed. Returns
   * true if agents follow, or are about to, whose access depends on the account's visibility rule.
   */
  restrict(viewers: readonly string[] | null): boolean {
    const [core, admission] = [this.#core, this.#admission];
    if (!core || !admission) return false;
    admission.withdrawn();
    // A closed conversation asks the dispatcher at each upgrade instead.
    if (core.journal.state.phase !== 'closed') {
      if (viewers) core.registers.set('viewers', viewers);
      else core.registers.delete('viewers');
    }
    for (const [socket, reader] of this.#readers())
      if (!admission.sees(reader, viewers)) socket.close(closeCodes.forbidden, 'out of sight');
    return admission.pending || this.#followed((reader) => admission.sees(reader, viewers));
  }

  /** The agents' sockets. */
  #readers(): [WebSocket, Extract<Attachment, { side: 'agent' }>][] {
    return this.ctx.getWebSockets('agent').flatMap((socket) => {
      const attachment = attachmentOf(socket);
      return attachment?.side === 'agent' ? [[socket, attachment]] : [];
    });
  }

  /** True if agents follow whose access depends on the account's visibility rule. */
  #followed(where: (reader: Extract<Attachment, { side: 'agent' }>) => boolean = () => true): boolean {
    return this.#readers().some(
      ([, reader]) => where(reader) && (this.#admission?.dependsOnRule(reader) ?? true),
    );
  }

  /** Closes the sockets of a session that has ended, or may follow no conversation for now. */
  revoke(session: string, code: number = closeCodes.signedOut): void {
    this.#admission?.withdrawn();
    for (const [socket, reader] of this.#readers())
      if (reader.session === session) socket.close(code, revocations[code] ?? 'offline');
  }

  /** The visitor has signed out: closes their sockets, and refuses those whose upgrade was in progress. */
  visitorLeft(): void {
    if (!this.#core) return;
    this.#core.registers.set('signedOut', true);
    for (const socket of this.ctx.getWebSockets('visitor')) socket.close(closeCodes.signedOut, 'signed out');
  }

  /** An upgrade. The Worker has authenticated the client. */
  override fetch(request: Request): Response | Promise<Response> {
    const [core, admission] = [this.#core, this.#admission];
    if (!core || !admission) return refuseSocket(closeCodes.notFound, 'no such conversation');
    const principal = readUpgrade(request, ['user', 'visitor'], (asking) =>
      core.mayDo(asking, 'conversation.follow'),
    );
    if (principal instanceof Response) return principal;
    if (principal.kind === 'visitor') return this.#visitorComes(core, principal);
    const { id, name, roles, session } = principal;
    const reader = { side: 'agent' as const, id, hello: false, name, roles: [...roles], session };
    return admission
      .admit(principal, () => this.#accept(core, { ...reader, at: Date.now() }))
      .then((answer) =>
        isRefusal(answer) ? Response.json(answer, { status: refusals[answer.refused][0] }) : answer,
      );
  }

  #visitorComes(core: ConversationCore, { id }: Extract<Principal, { kind: 'visitor' }>): Response {
    if (core.registers.get('signedOut')) return refuseSocket(closeCodes.signedOut, 'signed out');
    const refusal = this.#tooMany(id);
    if (isRefusal(refusal)) return Response.json(refusal, { status: 429 });
    const attachment = { side: 'visitor' as const, id, hello: false, at: Date.now() };
    return this.#accept(core, attachment, refusal);
  }

  /**
   * Accepts a socket; with a code, only to close it. A browser can read why a socket was closed, but not why it failed
   * to open.
   */
  #accept(core: ConversationCore, attachment: Attachment, code?: number): Response {
    const { response, socket } = acceptSocket(this.ctx, [attachment.side], attachment);
    if (code) socket.close(code, 'too many tabs');
    else core.leases.came(socket);
    // The end of a mention may be due for it.
    if (attachment.side === 'agent' && core.journal.state.mentioned) core.alarm.arm();
    return response;
  }

  /** A refusal before the socket opens, the code that closes it, or undefined if it is admitted. */
  #tooMany(visitor: string): Refusal | number | undefined {
    const cap = capsOf(this.env).visitorSockets;
    const retryAfter = this.#sessions?.arrives(visitor) ?? 0;
    if (retryAfter > 0) return refuse('slow_down', { retryAfter });
    if (this.ctx.getWebSockets('visitor').length >= heldForEach * cap)
      return refuse('slow_down', { retryAfter: lease });
    return this.#core?.leases.room(cap) ? undefined : closeCodes.crowded;
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    // A closed socket can still receive frames until its other end has answered.
    if (socket.readyState === WebSocket.OPEN) this.#sessions?.take(socket, data);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#sessions?.gone(socket);
    answerClose(socket, code);
  }

  override webSocketError(socket: WebSocket): void {
    this.#sessions?.gone(socket);
  }

  override async alarm(): Promise<void> {
    this.#core?.leases.sweep();
    await this.#core?.alarm.fire();
  }

  #adopt(core: ConversationCore): void {
    const rate = Number(this.env.COMMANDS_PER_SECOND ?? 10);
    const { account, id } = core.self;
    this.#core = core;
    this.#admission = new Admission({
      state: () => {
        const { owner, phase } = core.journal.state;
        const viewers = core.registers.get('viewers') ?? null;
        const mentioned = readersByMention(core.journal.state, this.#host.now());
        return { owner: owner?.id ?? null, mentioned, closed: phase === 'closed', viewers };
      },
      mayRead: async (reader, owner) => dispatcherStub(this.env, account).admits(reader, { id, owner }),
      register: async (user: User) =>
        handedOn(await agentStub(this.env, account, user.id).attached(user.session, id)),
    });
    core.mentionReaders.mayStay = async (reader) => {
      const owner = core.journal.state.owner?.id ?? null;
      return dispatcherStub(this.env, account).admits(reader, { id, owner });
    };
    core.files.remove = (keys) => this.env.FILES.delete(keys);
    const ends = { position: () => this.positionOf(account, id), claims: this.#claims };
    this.#sessions = new Sessions(core, { rate, burst: 2 * rate }, ends);
  }

  /** The conversation's position in the queue, for a new tab. */
  protected async positionOf(account: string, id: string): Promise<Waiting | null> {
    return handedOn(await dispatcherStub(this.env, account).positionOf(id));
  }

  /** A subclass for runs with little time overrides these with shorter ones. */
  protected get waits(): Waits {
    return waits;
  }
}

/** A repeat over HTTP names no quote: the socket has written that down already. */
function isThisMessage(
  entry: Entry | undefined,
  { text, files = [] }: { readonly text: string | undefined; readonly files?: readonly string[] | undefined },
): entry is EntryOf<'message.sent'> {
  const same = () => (entry as EntryOf<'message.sent'>).files?.map(({ id }) => id).join() ?? '';
  return entry?.kind === 'message.sent' && entry.text === text && same() === files.join();
}

/** `original`: the reader may see what was deleted. */
function foundFile({ files, journal }: ConversationCore, id: string, original: boolean): FoundFile | Refusal {
  const found = files.find(id);
  const entry = found && (original ? journal.log.get(found.seq) : journal.entry(found.seq));
  const info = entry?.kind === 'message.sent' && entry.files?.find((file) => file.id === id);
  return found && info ? { info, key: found.key, small: found.small } : refuse('not_found');
}
