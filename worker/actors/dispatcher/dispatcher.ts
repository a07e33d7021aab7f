/**
 * The Durable Object of one account's floor, named by the account. It owns the registry of conversations and the
 * ledger of capacity, and decides which agent is asked and which may take a conversation; the conversation itself
 * decides who owns it. It follows states and owners. Last messages pass through it to the lists and decide nothing.
 */
import type { Situation } from '#domain/floor/availability';
import { seesAll } from '#domain/floor/sight';
import { can } from '#domain/people/rights';
import { passLimit } from '#domain/routing/routing';
import {
  closeCodes,
  lease,
  refuse,
  type Availability,
  type DecisionsList,
  type FloorAttachment,
  type FloorRow,
  type FloorRules,
  type ForumChanged,
  type Owner,
  type Refusal,
  type Target,
  type Waiting,
  type Words,
} from '#protocol';
import { DurableObject } from 'cloudflare:workers';
import { acceptSocket, answerClose, answerPings, durableHost } from '../../runtime/durable-host.ts';
import type { Host } from '../../runtime/host.ts';
import { begin, open } from '../../runtime/migrate.ts';
import type { Registers } from '../../runtime/registers.ts';
import { readUpgrade } from '../../runtime/upgrade.ts';
import type { AgentNote, DispatcherActor, Giver, Reader, Seen, Taken } from '../contracts/dispatcher.ts';
import type { Env } from '../env.ts';
import { conversationStub } from '../stubs.ts';
import { assemble } from './assembly.ts';
import { attachmentOf } from './attachment.ts';
import type { Awake } from './awake.ts';
import { decisionsFor } from './decisions.ts';
import { sendTo } from './floor.ts';
import { passed, tellHandover } from './handovers.ts';
import { supervising } from './offers.ts';
import { migrations, type DispatcherRegisters } from './storage.ts';

export class Dispatcher extends DurableObject<Env> implements DispatcherActor {
  readonly #host: Host;
  #awake: Awake | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    answerPings(ctx);
    this.#host = durableHost(ctx);
    const registers = open<DispatcherRegisters>(ctx.storage.sql, migrations);
    if (registers) this.#awake = this.#adopt(registers);
  }

  /**
   * Receives a conversation's row. Before its first one a conversation writes no history, so that a rebuild finds
   * every conversation that has any. `followed`: it is closed, and has tabs of agents whose access depends on the
   * account's visibility rule.
   */
  conversationNoted(said: FloorRow, followed = false): void {
    const awake = this.#wake();
    const { floor, ledger, queue, positions, records, router, sight, availabilities, alarm } = awake;
    awake.registry.add(said.id, said.startedAt);
    if (followed && said.owner) sight.isFollowed(said.id, said.owner.id);
    const before = floor.row(said.id);
    const row = passed(before, said);
    if (!floor.putRow(row)) return;
    sight.rowChanged(before, row);
    tellHandover(this.#host, floor, before, row);
    const { passes = 0 } = row;
    if (passes >= passLimit && passes !== before?.passes)
      records.decided(row.id, { kind: 'stalled', passes }, this.#host.now());
    router.withdrawFor(row);
    const owned = ledger.active(row.id);
    if (owned && owned.generation === row.generation) router.letGo(row, owned);
    ledger.settle(row, this.#host.now());
    queue.put(row);
    availabilities.queueChanged(row.campaign.id);
    positions.changed(before, row);
    if (row.phase === 'closed') records.forget(row.id);
    router.route();
    alarm.arm();
  }

  /** Receives a conversation's last message. It is neither stored nor used for decisions. */
  wordsNoted(words: Words): void {
    this.#wake().floor.putWords(words);
  }

  /** Receives an agent's current data. `seq` is from the agent's log. */
  agentNoted(agent: AgentNote, seq: number): void {
    const { floor, records, router, sight, availabilities, reconciliation, corrections, alarm } =
      this.#wake();
    const before = floor.agent(agent.id);
    if (!floor.putAgent(agent, seq)) return;
    const known = floor.agent(agent.id);
    if (!known) return;
    reconciliation.agentChanged(agent.id);
    corrections.agentChanged(agent.id);
    // An agent who receives again starts with no missed offers.
    if (before?.status !== agent.status) records.setStanding(agent.id, { missed: 0 });
    sight.agentChanged(before, known);
    availabilities.agentChanged(agent.id);
    router.withdrawFrom(before, known);
    router.route();
    alarm.arm();
  }

  /** Called before a change of the account's row or of a campaign … */
  expectChange(): void {
    this.#wake().rules.expectChange();
  }

  /** … and after it. */
  async reread(): Promise<void> {
    await this.#wake().rules.reread();
  }

  /** The account's rules that agents' actors need. */
  rules(): FloorRules {
    return this.#wake().rules.forAgents;
  }

  /** Makes an agent the owner of a waiting conversation, if it has none yet. */
  take(agent: Owner, conversation: string): Promise<Taken | Refusal> {
    return this.#wake().handing.take(agent, conversation);
  }

  accept(agent: Owner, conversation: string, generation: number): Promise<Taken | Refusal> {
    return this.#wake().handing.accept(agent, conversation, generation);
  }

  decline(agent: string, conversation: string, generation: number): Refusal | undefined {
    return this.#wake().handing.decline(agent, conversation, generation);
  }

  /** Transfers a conversation to an agent. */
  give(giver: Giver, conversation: string, to: string, note?: string): Promise<Taken | Refusal> {
    return this.#wake().handing.give(giver, conversation, to, note);
  }

  /** Transfers a conversation to a group or a campaign. */
  send(giver: Giver, conversation: string, to: Target, note?: string): Promise<Taken | Refusal> {
    return this.#wake().handing.send(giver, conversation, to, note);
  }

  /** The routing log of a conversation: why it went where it went, and waited as long as it did. */
  async decisionsOf(conversation: string, reader: Reader): Promise<DecisionsList | Refusal> {
    const awake = this.#wake();
    if (!awake.registry.has(conversation)) return refuse('not_found');
    const stub = conversationStub(this.env, awake.account, conversation);
    return decisionsFor(reader, conversation, awake, async () => stub.state(), this.#host.now());
  }

  /** For each conversation, whether the user may read it. */
  readable(reader: Reader, conversations: readonly Seen[]): boolean[] {
    const { sight } = this.#wake();
    return conversations.map((conversation) => sight.mayRead(reader, conversation));
  }

  /**
   * True if an agent may open a closed conversation, which asks at each upgrade. The conversation is notified of later
   * changes.
   */
  admits(reader: Reader, conversation: Seen): boolean {
    return this.#wake().sight.admits(reader, conversation);
  }

  /** A conversation's position in its queue; null if it does not wait. */
  positionOf(conversation: string): Waiting | null {
    return this.#awake?.positions.of(conversation) ?? null;
  }

  /** For lobbies of an earlier version. */
  availability(campaign: string): Availability {
    return this.situation(campaign).state;
  }

  /** A campaign's availability, and whether its queue is full: for a lobby that has received no report yet. */
  situation(campaign: string): Situation {
    const { availabilities, isFull, rules, alarm } = this.#wake();
    alarm.arm();
    const state = availabilities.of({ routing: rules.routingOf(campaign), transferred: null });
    return { state, full: isFull(campaign) };
  }

  /** The conversations that an agent owns, as far as the floor knows. */
  ownedBy(agent: string): string[] {
    return this.#awake?.floor.ownedBy(agent) ?? [];
  }

  /** Ids of all conversations that ever existed, in order. */
  conversations(after: string | null, limit: number): string[] {
    return this.#awake?.registry.page(after, limit) ?? [];
  }

  /** Sends tabs the new version of a forum; null: it is gone. An own forum's is sent to its user alone (FLR-23). */
  forumChanged(forum: string, version: number | null, owner: string | null): void {
    const text = JSON.stringify({ t: 'forum.changed', forum, version } satisfies ForumChanged);
    for (const socket of this.#host.sockets(owner ?? undefined)) sendTo(socket, text);
  }

  /** A change that may remove files of canned responses is about to be stored. */
  cannedFilesMayGo(): void {
    this.#wake().cannedFiles.note();
  }

  /** Closes the sockets of a session that has ended. */
  revoke(session: string): void {
    for (const socket of this.ctx.getWebSockets(session)) socket.close(closeCodes.signedOut, 'signed out');
  }

  override fetch(request: Request): Response {
    const user = readUpgrade(request, ['user'], (asking) => can(asking, 'floor.watch'));
    if (user instanceof Response) return user;
    const { floor } = this.#wake();
    const { id, roles, session } = user;
    const watcher: FloorAttachment = { at: this.#host.now(), id, roles };
    this.#closeSilent(id);
    const tags = [session, id, ...(seesAll({ roles }) ? [supervising] : [])];
    const { response, socket } = acceptSocket(this.ctx, tags, watcher);
    socket.send(floor.snapshot(socket));
    return response;
  }

  override webSocketMessage(socket: WebSocket): void {
    socket.close(closeCodes.badFrame, 'the floor takes no frames');
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    answerClose(socket, code);
  }

  override async alarm(): Promise<void> {
    await this.#awake?.alarm.fire();
  }

  /** Closes a user's dead tabs when another of theirs connects; they are not worth an alarm. */
  #closeSilent(user: string): void {
    for (const socket of this.#host.sockets(user)) {
      const seen = Math.max(attachmentOf(socket)?.at ?? 0, this.#host.lastPing(socket) ?? 0);
      if (this.#host.now() - seen >= lease) socket.close(closeCodes.leaseLost, 'no sign of life');
    }
  }

  #wake(): Awake {
    this.#awake ??= this.#adopt(begin<DispatcherRegisters>(this.ctx.storage.sql, migrations));
    return this.#awake;
  }

  #adopt(registers: Registers<DispatcherRegisters>): Awake {
    const account = registers.get('account') ?? this.ctx.id.name;
    if (account === undefined) throw new Error('a dispatcher without its name');
    if (registers.get('account') === undefined) registers.set('account', account);
    return assemble(this.#host, registers, this.env, account, {
      conversation: (row) => this.conversationNoted(row),
      agent: (agent, seq) => this.agentNoted(agent, seq),
    });
  }
}
