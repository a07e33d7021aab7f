/**
 * The Durable Object of one conversation, named `account:con_…`. A thin shell: it gives the core its host and its targets, and
 * passes on what the runtime brings.
 */
import { capsOf, seesAll, type Assigning, type Command, type Principal } from '#domain';
import {
  closeCodes,
  isRefusal,
  lease,
  maxRange,
  refuse,
  type Attachment,
  type ConversationState,
  type FloorRow,
  type Party,
  type Refusal,
  type Role,
  type Started,
  type Summary,
  type Waiting,
} from '#protocol';
import { DurableObject } from 'cloudflare:workers';
import { writeHistory } from '../../db/history.ts';
import { acceptSocket, answerClose, answerPings, durableHost, refuseSocket } from '../durable-host.ts';
import type { Env } from '../env.ts';
import type { Host } from '../host.ts';
import { agentStub, dispatcherStub, handedOn, visitorStub } from '../stubs.ts';
import { readUpgrade } from '../upgrade.ts';
import { attachmentOf } from './attachment.ts';
import { rangeFrame } from './audience.ts';
import { ConversationCore, type Birth, type Done } from './core.ts';
import { waits, type Waits } from './duties.ts';
import { isSameCommand } from './journal.ts';
import { Sessions } from './sessions.ts';
import { rowOf, type IdRange, type Targets } from './targets.ts';

/**
 * The result of looking up a command's id. `ids` is set once the conversation is closed: the log then gets no other
 * command.
 */
export interface Recalled {
  readonly found: { readonly seq: number; readonly same: boolean } | null;
  readonly ids: IdRange | null;
}

/**
 * A closed socket is held until its other end answers, which a phone without network does late and an attacker never. So many are
 * held for each socket that a visitor may have open.
 */
const heldForEach = 8;

export class Conversation extends DurableObject<Env> {
  readonly #host: Host;
  #core: ConversationCore | undefined;
  #sessions: Sessions | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    answerPings(ctx);
    this.#host = durableHost(ctx);
    const core = ConversationCore.wake(
      this.#host,
      (account) => this.targets(account),
      this.waits,
      capsOf(env),
    );
    if (core) this.#adopt(core);
  }

  /** Begins the conversation with the visitor's first message. Asked twice, it begins once. */
  start(birth: Birth, by: Party, message: Extract<Command, { t: 'message.send' }>): Started | Refusal {
    if (!this.#core)
      this.#adopt(
        ConversationCore.begin(
          this.#host,
          (account) => this.targets(account),
          birth,
          this.waits,
          capsOf(this.env),
        ),
      );
    return this.send(by, message);
  }

  /** Sends a message over HTTP: the same act as on the socket. */
  send(by: Party, message: Extract<Command, { t: 'message.send' }>): Started | Refusal {
    if (!this.#core) return refuse('not_found');
    const done = this.#core.perform(by, message);
    return isRefusal(done) ? done : { conversation: this.#core.self.id, seq: done.seq };
  }

  /** Looks up a sender's command by its id. `same`: it is a message with this text. Null if there is no log. */
  recall(by: Party, id: string, text?: string): Recalled | null {
    if (!this.#core) return null;
    const { journal } = this.#core;
    const entry = journal.entryOf(by, id);
    const same =
      entry !== undefined && text !== undefined && isSameCommand(entry, { t: 'message.send', id, text });
    const found = entry ? { seq: entry.seq, same } : null;
    return { found, ids: journal.state.phase === 'closed' ? journal.idsOf(by) : null };
  }

  /** The dispatcher has reserved a place: the judge decides. */
  assign(assigning: Assigning): Done | Refusal {
    return this.#core?.perform(assigning.agent, { t: 'assign', ...assigning }) ?? refuse('not_found');
  }

  /** Takes nobody under this generation any more, nor under an earlier one; who has it under it keeps it. */
  withdraw(generation: number): ConversationState | null {
    return this.#core?.withdraw(generation) ?? null;
  }

  /** Passes it on to a group or a campaign. */
  transfer(transferring: Omit<Extract<Command, { t: 'transfer' }>, 't'>): Done | Refusal {
    return this.#core?.perform(transferring.by, { t: 'transfer', ...transferring }) ?? refuse('not_found');
  }

  /** Tells the visitor where in the line they are. */
  placed(waiting: Waiting): void {
    if (this.#core?.journal.state.phase !== 'waiting') return;
    this.#sessions?.placed(waiting);
  }

  /** The owner of a generation is gone. */
  unassign(generation: number, reason: 'vanished' | 'signed_out' | 'offline'): Done | Refusal {
    return (
      this.#core?.perform({ kind: 'system' }, { t: 'unassign', generation, reason }) ?? refuse('not_found')
    );
  }

  state(): ConversationState | null {
    return this.#core?.journal.state ?? null;
  }

  /** For a floor that has an incomplete row of it. */
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
    const { head, log, alias } = this.#core.journal;
    const upTo = Math.max(0, Math.min((before ?? head + 1) - 1, head));
    const after = Math.max(0, upTo - Math.min(limit, maxRange));
    return rangeFrame(side, after, upTo, log.read(after, upTo), alias);
  }

  /** Writes the whole log to the archive again. */
  async rearchive(): Promise<void> {
    if (!this.#core) return;
    this.#core.followers.rewind('archive');
    await this.#core.followers.flush();
  }

  /** Of agents, only these may follow, and who sees all; null where everybody may. Who may not any longer is sent away. */
  restrict(viewers: readonly string[] | null): void {
    if (!this.#core) return;
    const { registers } = this.#core;
    if (viewers) registers.set('viewers', viewers);
    else registers.delete('viewers');
    for (const socket of this.ctx.getWebSockets('agent')) {
      const attachment = attachmentOf(socket);
      if (attachment?.side === 'agent' && !this.#inSight(attachment))
        socket.close(closeCodes.forbidden, 'out of sight');
    }
  }

  #inSight({ id, roles }: { id: string; roles: readonly Role[] }): boolean {
    return seesAll({ roles }) || (this.#core?.registers.get('viewers')?.includes(id) ?? true);
  }

  /** Closes the sockets of a session that holds no more, or may follow no conversation for now. */
  revoke(session: string, code: number = closeCodes.signedOut): void {
    for (const socket of this.ctx.getWebSockets('agent')) {
      const attachment = attachmentOf(socket);
      if (attachment?.side === 'agent' && attachment.session === session) {
        socket.close(code, code === closeCodes.signedOut ? 'signed out' : 'offline');
      }
    }
  }

  /** The visitor has signed out: closes their sockets, and refuses those whose upgrade was under way. */
  visitorLeft(): void {
    if (!this.#core) return;
    this.#core.registers.set('signedOut', true);
    for (const socket of this.ctx.getWebSockets('visitor')) socket.close(closeCodes.signedOut, 'signed out');
  }

  /** An upgrade. The Worker has decided who it is. */
  override fetch(request: Request): Response {
    const [core, sessions] = [this.#core, this.#sessions];
    if (!core || !sessions) return refuseSocket(closeCodes.notFound, 'no such conversation');
    const admits = (asking: Exclude<Principal, { kind: 'operator' }>) =>
      core.mayDo(asking, 'conversation.follow') && (asking.kind === 'visitor' || this.#inSight(asking));
    const principal = readUpgrade(request, ['user', 'visitor'], admits);
    if (principal instanceof Response) return principal;
    if (principal.kind === 'visitor' && core.registers.get('signedOut'))
      return refuseSocket(closeCodes.signedOut, 'signed out');
    const common = { id: principal.id, hello: false, at: Date.now() };
    const attachment: Attachment =
      principal.kind === 'visitor'
        ? { side: 'visitor', ...common }
        : {
            side: 'agent',
            ...common,
            name: principal.name,
            roles: [...principal.roles],
            session: principal.session,
          };
    const refusal = principal.kind === 'visitor' ? this.#tooMany(sessions, principal.id) : undefined;
    if (isRefusal(refusal)) return Response.json(refusal, { status: 429 });
    const { response, socket } = acceptSocket(this.ctx, [attachment.side], attachment);
    // A browser cannot read why a socket does not open, but why it was closed.
    if (refusal) socket.close(refusal, 'too many tabs');
    else core.leases.came(socket);
    return response;
  }

  /** A refusal before the socket opens, the code that closes it, or undefined where it may come. */
  #tooMany(sessions: Sessions, visitor: string): Refusal | number | undefined {
    const cap = capsOf(this.env).visitorSockets;
    const retryAfter = sessions.arrives(visitor);
    if (retryAfter > 0) return refuse('slow_down', { retryAfter });
    if (this.ctx.getWebSockets('visitor').length >= heldForEach * cap)
      return refuse('slow_down', { retryAfter: lease });
    return this.#core?.leases.room(cap) ? undefined : closeCodes.crowded;
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    // Frames go on coming from a socket that was closed until its other end has answered.
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
    this.#core = core;
    this.#sessions = new Sessions(core, { rate, burst: 2 * rate }, () =>
      this.place(core.self.account, core.self.id),
    );
  }

  /** Where in the line it is, for a tab that has just come. */
  protected async place(account: string, id: string): Promise<Waiting | null> {
    return handedOn(await dispatcherStub(this.env, account).placeOf(id));
  }

  /** A subclass for runs with little time overrides these with shorter ones. */
  protected get waits(): Waits {
    return waits;
  }

  /** The real ends of the followers. A fault-injecting subclass puts others in their place. */
  protected targets(account: string): Targets {
    return {
      archive: (state, pages) => writeHistory(this.env.DB, account, state, pages),
      floor: async (row) => dispatcherStub(this.env, account).conversationNoted(row),
      words: async (words) => dispatcherStub(this.env, account).wordsNoted(words),
      owner: async (agent, summary) => agentStub(this.env, account, agent).summaryNoted(summary),
      visitor: async (note) => visitorStub(this.env, account, note.visitor).conversationNoted(note),
    };
  }
}
