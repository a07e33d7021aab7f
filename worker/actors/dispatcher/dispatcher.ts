/**
 * The Durable Object of one account's floor, named by the account. It owns the registry of conversations and the
 * ledger of capacity, and decides which agent is asked and which may take a conversation; the conversation itself
 * decides who owns it. It follows states and owners. Last messages pass through it to the lists and decide nothing.
 */
import { capsOf } from '#domain/base/caps';
import type { Situation } from '#domain/floor/availability';
import { seesAll } from '#domain/floor/sight';
import { can } from '#domain/people/rights';
import { assists } from '#domain/people/status';
import { passLimit } from '#domain/routing/routing';
import {
  closeCodes,
  lease,
  refuse,
  type Availability,
  type DecisionsList,
  type FloorRow,
  type FloorRules,
  type Owner,
  type Refusal,
  type Target,
  type Waiting,
  type Words,
} from '#protocol';
import { DurableObject } from 'cloudflare:workers';
import { getAccount } from '../../db/accounts.ts';
import { listCampaigns } from '../../db/campaigns.ts';
import { Alarm } from '../../runtime/alarm.ts';
import { acceptSocket, answerClose, answerPings, durableHost } from '../../runtime/durable-host.ts';
import { all, first, type Host, type Socket } from '../../runtime/host.ts';
import { begin, open } from '../../runtime/migrate.ts';
import type { Registers } from '../../runtime/registers.ts';
import { readUpgrade } from '../../runtime/upgrade.ts';
import type { Env } from '../env.ts';
import { agentStub, conversationStub, handedOn, lobbyStub } from '../stubs.ts';
import { Availabilities } from './availabilities.ts';
import type { Awake } from './awake.ts';
import { Completion } from './completion.ts';
import { decisionsFor } from './decisions.ts';
import { Corrections, Reconciliation } from './duties.ts';
import { Floor, type AgentNote } from './floor.ts';
import { Handing, type Giver, type Taken } from './handing.ts';
import { passed, tellHandover } from './handovers.ts';
import { Ledger } from './ledger.ts';
import { Offers, supervising } from './offers.ts';
import { Positions } from './positions.ts';
import { Queue } from './queue.ts';
import { Records } from './records.ts';
import { Router } from './router.ts';
import { Rules } from './rules.ts';
import { Sight, type Seen, type Watcher } from './sight.ts';
import { migrations, type DispatcherRegisters, type Place } from './storage.ts';

export class Dispatcher extends DurableObject<Env> {
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
    const { floor, ledger, queue, positions, records, router, sight, availabilities, alarm } = this.#wake();
    this.#register(said.id, said.startedAt);
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
    const { assignment, missedLimit, offlineProcessing } = this.#wake().rules.now;
    return { assignment, missedLimit, offlineProcessing };
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
  async decisionsOf(
    conversation: string,
    viewer: Pick<Watcher, 'id' | 'roles'>,
  ): Promise<DecisionsList | Refusal> {
    const awake = this.#wake();
    if (!this.#registered(conversation)) return refuse('not_found');
    const stub = conversationStub(this.env, awake.account, conversation);
    return decisionsFor(viewer, conversation, awake, async () => stub.state());
  }

  /** For each conversation, whether the viewer may read it. */
  readable(viewer: Pick<Watcher, 'id' | 'roles'>, conversations: readonly Seen[]): boolean[] {
    const { sight } = this.#wake();
    return conversations.map((conversation) => sight.mayRead(viewer, conversation));
  }

  /**
   * True if an agent may open a closed conversation, which asks at each upgrade. The conversation is notified of later
   * changes.
   */
  admits(viewer: Pick<Watcher, 'id' | 'roles'>, conversation: Seen): boolean {
    return this.#wake().sight.admits(viewer, conversation);
  }

  /** A conversation's position in its queue; null if it does not wait. */
  placeOf(conversation: string): Waiting | null {
    return this.#awake?.positions.of(conversation) ?? null;
  }

  /** For lobbies of an earlier version. */
  availability(campaign: string): Availability {
    return this.situation(campaign).state;
  }

  /** A campaign's availability, and whether its queue is full: for a lobby that has received no report yet. */
  situation(campaign: string): Situation {
    const { availabilities, queue, rules, alarm } = this.#wake();
    alarm.arm();
    const state = availabilities.of({ routing: rules.routingOf(campaign), transferred: null });
    return { state, full: this.#isFull(queue, campaign) };
  }

  /** The conversations that an agent owns, as far as the floor knows. */
  ownedBy(agent: string): string[] {
    return this.#awake?.floor.ownedBy(agent) ?? [];
  }

  /** Ids of all conversations that ever existed, in order. */
  conversations(after: string | null, limit: number): string[] {
    if (!this.#awake) return [];
    const query = 'SELECT id FROM registry WHERE id > ? ORDER BY id LIMIT ?';
    return all<{ id: string }>(this.ctx.storage.sql.exec(query, after ?? '', limit)).map((row) => row.id);
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
    const watcher: Watcher = { at: this.#host.now(), id, roles };
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

  #isFull(queue: Queue, campaign: string): boolean {
    return queue.waitingOf(campaign) >= capsOf(this.env).waitingPerCampaign;
  }

  /** Closes a user's dead tabs when another of theirs connects; they are not worth an alarm. */
  #closeSilent(user: string): void {
    for (const socket of this.#host.sockets(user)) {
      const { at = 0 } = (socket.deserializeAttachment() ?? {}) as Partial<Watcher>;
      const seen = Math.max(at, this.#host.lastPing(socket) ?? 0);
      if (this.#host.now() - seen >= lease) socket.close(closeCodes.leaseLost, 'no sign of life');
    }
  }

  #registered(id: string): boolean {
    return first(this.ctx.storage.sql.exec('SELECT 1 FROM registry WHERE id = ?', id)) !== undefined;
  }

  #register(id: string, startedAt: number): void {
    this.ctx.storage.sql.exec(
      'INSERT INTO registry (id, started_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
      id,
      startedAt,
    );
  }

  /** Requests the row of a conversation or an agent. */
  async #complete(id: string): Promise<void> {
    const { account, floor } = this.#wake();
    if (floor.row(id)) {
      const row = handedOn(await conversationStub(this.env, account, id).row());
      if (row) this.conversationNoted(row);
    } else {
      const noted = handedOn(await agentStub(this.env, account, id).note());
      if (noted) this.agentNoted(noted.agent, noted.seq);
    }
  }

  async #reconcile(place: Place): Promise<void> {
    const { account, floor, handing } = this.#wake();
    if (place.state === 'reserved') {
      await handing.reconcile(place);
      return;
    }
    const status = floor.agent(place.agent)?.status;
    const reason = status && !assists(status) ? 'offline' : 'vanished';
    await conversationStub(this.env, account, place.conversation).unassign(place.generation, reason);
  }

  #wake(): Awake {
    this.#awake ??= this.#adopt(begin<DispatcherRegisters>(this.ctx.storage.sql, migrations));
    return this.#awake;
  }

  #adopt(registers: Registers<DispatcherRegisters>): Awake {
    const { sql } = this.ctx.storage;
    const account = registers.get('account') ?? this.ctx.id.name;
    if (account === undefined) throw new Error('a dispatcher without its name');
    if (registers.get('account') === undefined) registers.set('account', account);
    const host = this.#host;
    const arm = () => this.#awake?.alarm.arm();
    const watcherOf = (socket: Socket) => (socket.deserializeAttachment() ?? {}) as Partial<Watcher>;
    const floor: Floor = new Floor(
      host,
      (socket) => sight.of(socket),
      (agent) => ledger.load(agent),
      (socket) => ({ rules: this.rules(), offers: offers.shownTo(watcherOf(socket)) }),
    );
    floor.load();
    const ledger: Ledger = new Ledger(sql, (place) => {
      floor.loadChanged(place.agent);
      availabilities.agentChanged(place.agent);
      router.placeChanged(place);
      sight.placeChanged(place);
      reconciliation.placeChanged(place);
      corrections.touch(place.agent);
    });
    const offers = new Offers(host, ledger);
    const records = new Records(sql, (agent) => corrections.touch(agent));
    const queue = new Queue();
    for (const row of floor.rows()) queue.put(row);
    const positions = new Positions(registers, host, queue, {
      availability: (row) => availabilities.of(router.levelsOf(row)),
      tell: (conversation, waiting) => conversationStub(this.env, account, conversation).placed(waiting),
      arm,
    });
    const rules: Rules = new Rules(registers, host, {
      read: async () => ({
        account: await getAccount(this.env.DB, account),
        campaigns: await listCampaigns(this.env.DB, account),
      }),
      changed: (before, after) => {
        if (before.sees !== after.sees) sight.ruleChanged();
        const known = ({ assignment, missedLimit, offlineProcessing }: FloorRules) =>
          `${assignment} ${missedLimit} ${offlineProcessing}`;
        if (known(before) !== known(after)) floor.resend();
        if (after.assignment === 'manual') router.withdrawAll();
        corrections.rulesChanged();
        router.route();
        availabilities.touch();
        arm();
      },
      arm,
    });
    const sight = new Sight(registers, host, floor, {
      rule: () => rules.now.sees,
      holders: (conversation) => ledger.holders(conversation),
      tell: (conversation, viewers) => conversationStub(this.env, account, conversation).restrict(viewers),
      arm,
    });
    const router: Router = new Router(
      host,
      { floor, ledger, queue, records, rules, offers },
      { ask: (place) => handing.ask(place), arm },
    );
    const handing = new Handing(
      host,
      { floor, ledger, records, rules, offers, router },
      { conversation: (id) => conversationStub(this.env, account, id), arm },
    );
    const availabilities: Availabilities = new Availabilities(registers, host, {
      agents: () => floor.agents().map((agent) => ({ ...agent, load: ledger.load(agent.id) })),
      agent: (id) => {
        const known = floor.agent(id);
        return known && !known.deleted ? { ...known, load: ledger.load(id) } : undefined;
      },
      campaigns: () => rules.now.campaigns,
      isFull: (campaign) => this.#isFull(queue, campaign),
      tell: (campaign, said) => lobbyStub(this.env, account, campaign).tell(said),
      changed: () => positions.refresh(),
      arm,
    });
    // For changes that were missed before this dispatcher woke.
    availabilities.touch();
    const grace = Number(this.env.AGENT_GRACE_MS ?? 30_000);
    const reconciliation: Reconciliation = new Reconciliation({ floor, ledger }, grace, (place) =>
      this.#reconcile(place),
    );
    const corrections: Corrections = new Corrections({ floor, router }, ({ agent, from, to, why }) =>
      agentStub(this.env, account, agent).correctStatus(from, to, why),
    );
    const completion = new Completion(floor, (id) => this.#complete(id));
    const own = [completion, reconciliation, corrections, rules, availabilities, records, positions];
    const duties = [...own, ...router.duties, ...sight.duties];
    const alarm = new Alarm(host, duties);
    const parts = { floor, ledger, queue, positions, records, rules, router, handing, sight, availabilities };
    return { account, ...parts, reconciliation, corrections, alarm };
  }
}
