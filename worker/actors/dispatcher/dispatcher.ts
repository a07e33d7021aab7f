/**
 * The Durable Object of one account's floor, named by the account. It owns the registry of conversations and the ledger of places,
 * and decides who is asked and who may take what; who owns a conversation the conversation decides. It follows states and owners,
 * never messages.
 */
import { assists, can, seesAll } from '#domain';
import {
  closeCodes,
  refuse,
  type Availability,
  type DecisionsList,
  type FloorRow,
  type FloorRules,
  type Owner,
  type Refusal,
  type Target,
  type Waiting,
} from '#protocol';
import { DurableObject } from 'cloudflare:workers';
import { getAccount } from '../../db/accounts.ts';
import { listCampaigns } from '../../db/campaigns.ts';
import { Alarm, type Duty } from '../alarm.ts';
import { acceptSocket, answerClose, answerPings, durableHost } from '../durable-host.ts';
import type { Env } from '../env.ts';
import { all, first, type Host, type Socket } from '../host.ts';
import { begin, open } from '../migrate.ts';
import type { Registers } from '../registers.ts';
import { agentStub, conversationStub, lobbyStub } from '../stubs.ts';
import { readUpgrade } from '../upgrade.ts';
import { Availabilities } from './availabilities.ts';
import { Floor, type AgentNote } from './floor.ts';
import { Handing, type Giver, type Taken } from './handing.ts';
import { Ledger } from './ledger.ts';
import { Offers, supervising } from './offers.ts';
import { Positions } from './positions.ts';
import { Queue } from './queue.ts';
import { Records } from './records.ts';
import { Router } from './router.ts';
import { Rules } from './rules.ts';
import { Sight, type Watcher } from './sight.ts';
import { migrations, type DispatcherRegisters, type Place } from './storage.ts';

/** A reservation whose taker never came back is looked into after so long, in milliseconds. */
const reservedFor = 10_000;
/** How soon somebody who didn't answer is asked again, in milliseconds. */
const askAgain = 5_000;

interface Awake {
  readonly account: string;
  readonly floor: Floor;
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly positions: Positions;
  readonly records: Records;
  readonly rules: Rules;
  readonly router: Router;
  readonly handing: Handing;
  readonly sight: Sight;
  readonly availabilities: Availabilities;
  readonly alarm: Alarm;
}

export class Dispatcher extends DurableObject<Env> {
  readonly #host: Host;
  #awake: Awake | undefined;
  #askedAt = 0;
  /** When each agent's status was last put right: what they say of it comes a moment later. */
  readonly #corrected = new Map<string, number>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    answerPings(ctx);
    this.#host = durableHost(ctx);
    const registers = open<DispatcherRegisters>(ctx.storage.sql, migrations);
    if (registers) this.#awake = this.#adopt(registers);
  }

  /** A conversation says what it is. Before it has said so once, it writes no history: so a rebuild finds all that have any. */
  conversationNoted(row: FloorRow): void {
    const { floor, ledger, queue, positions, records, router, sight, alarm } = this.#wake();
    this.#register(row.id, row.startedAt);
    const before = floor.row(row.id);
    if (!floor.putRow(row)) return;
    sight.rowChanged(before, row);
    router.withdrawFor(row);
    const owned = ledger.active(row.id);
    if (owned && owned.generation === row.generation) router.letGo(row, owned);
    ledger.settle(row, this.#host.now());
    queue.put(row);
    positions.changed(before, row);
    if (row.phase === 'closed') records.forget(row.id);
    router.route();
    alarm.arm();
  }

  /** An agent says what they are. `seq` is the agent's log's. */
  agentNoted(agent: AgentNote, seq: number): void {
    const { floor, records, router, sight, availabilities, alarm } = this.#wake();
    const before = floor.agent(agent.id);
    if (!floor.putAgent(agent, seq)) return;
    const known = floor.agent(agent.id);
    if (!known) return;
    this.#corrected.delete(agent.id);
    // Who comes back to be asked starts anew.
    if (before?.status !== agent.status) records.setStanding(agent.id, { missed: 0 });
    sight.agentChanged(before, known);
    availabilities.touch();
    router.withdrawFrom(known);
    router.route();
    alarm.arm();
  }

  /** The account's row or a campaign is about to change … */
  expectChange(): void {
    this.#wake().rules.expectChange();
  }

  /** … and has changed. */
  async reread(): Promise<void> {
    await this.#wake().rules.reread();
  }

  /** What of the account's rules an agent's own actor has to know. */
  rules(): FloorRules {
    const { assignment, missedLimit, offlineProcessing } = this.#wake().rules.now;
    return { assignment, missedLimit, offlineProcessing };
  }

  /** Makes an agent the owner of a waiting conversation, if nobody is yet. */
  take(agent: Owner, conversation: string): Promise<Taken | Refusal> {
    return this.#wake().handing.take(agent, conversation);
  }

  accept(agent: Owner, conversation: string, generation: number): Promise<Taken | Refusal> {
    return this.#wake().handing.accept(agent, conversation, generation);
  }

  decline(agent: string, conversation: string, generation: number): Refusal | undefined {
    return this.#wake().handing.decline(agent, conversation, generation);
  }

  /** Passes a conversation on to an agent. */
  give(giver: Giver, conversation: string, to: string, note?: string): Promise<Taken | Refusal> {
    return this.#wake().handing.give(giver, conversation, to, note);
  }

  /** Passes a conversation on to a group or a campaign. */
  send(giver: Giver, conversation: string, to: Target, note?: string): Promise<Taken | Refusal> {
    return this.#wake().handing.send(giver, conversation, to, note);
  }

  /** Why a conversation went where it went, and waited as long as it did. */
  decisionsOf(conversation: string, viewer: Pick<Watcher, 'id' | 'roles'>): DecisionsList | Refusal {
    const { floor, records, sight } = this.#wake();
    if (!this.#registered(conversation) || !sight.sees(viewer, floor.row(conversation)))
      return refuse('not_found');
    const decisions = records.decisionsOf(conversation);
    const said = JSON.stringify(decisions);
    const named = floor.everybody().filter(({ id }) => said.includes(id));
    return { decisions, names: Object.fromEntries(named.map(({ id, name }) => [id, name])) };
  }

  /** Where in its line a conversation is; null where it doesn't wait. */
  placeOf(conversation: string): Waiting | null {
    return this.#awake?.positions.of(conversation) ?? null;
  }

  /** Whether a visitor of a campaign finds somebody: for a lobby that was never told. */
  availability(campaign: string): Availability {
    const { availabilities, rules, alarm } = this.#wake();
    alarm.arm();
    return availabilities.of({ routing: rules.routingOf(campaign), transferred: null });
  }

  /** The conversations that an agent owns, as far as they have said. */
  ownedBy(agent: string): string[] {
    return this.#awake?.floor.ownedBy(agent) ?? [];
  }

  /** All conversations there ever were, by id. */
  conversations(after: string | null, limit: number): string[] {
    if (!this.#awake) return [];
    const query = 'SELECT id FROM registry WHERE id > ? ORDER BY id LIMIT ?';
    return all<{ id: string }>(this.ctx.storage.sql.exec(query, after ?? '', limit)).map((row) => row.id);
  }

  /** Closes the sockets of a session that holds no more. */
  revoke(session: string): void {
    for (const socket of this.ctx.getWebSockets(session)) socket.close(closeCodes.signedOut, 'signed out');
  }

  override fetch(request: Request): Response {
    const user = readUpgrade(request, ['user'], (asking) => can(asking, 'floor.watch'));
    if (user instanceof Response) return user;
    const { floor } = this.#wake();
    const { id, roles, session } = user;
    const watcher: Watcher = { at: this.#host.now(), id, roles };
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

  /** Places whose agent is gone, and reservations that nobody settled: the conversation is asked until it has answered. */
  #reconciliation(): Duty {
    return {
      name: 'reconciliation',
      next: () => {
        const dues = this.#wake()
          .ledger.all()
          .flatMap((place) => this.#dueOf(place) ?? []);
        return dues.length === 0 ? null : Math.max(Math.min(...dues), this.#askedAt + askAgain);
      },
      run: async (now) => {
        this.#askedAt = now;
        const places = this.#wake().ledger.all();
        const due = places.filter((place) => (this.#dueOf(place) ?? Infinity) <= now);
        await Promise.all(due.map((place) => this.#reconcile(place)));
      },
    };
  }

  #dueOf(place: Place): number | null {
    if (place.state === 'offered') return null;
    if (place.state === 'reserved') return place.at + reservedFor;
    const agent = this.#wake().floor.agent(place.agent);
    if (agent && !assists(agent.status)) return agent.changedAt;
    const grace = Number(this.env.AGENT_GRACE_MS ?? 30_000);
    return agent?.connected === false ? Math.max(agent.changedAt, place.at + grace) : null;
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

  /** Statuses that the system changes by itself. The agent does it, where it still is as it was. */
  #correction(): Duty {
    const due = () =>
      this.#wake()
        .router.corrections()
        .map((correction) => ({
          ...correction,
          at: (this.#corrected.get(correction.agent) ?? -askAgain) + askAgain,
        }));
    return {
      name: 'correction',
      next: () => {
        const ats = due().map(({ at }) => at);
        return ats.length === 0 ? null : Math.min(...ats);
      },
      run: async (now) => {
        const { account } = this.#wake();
        const right = due().filter(({ at }) => at <= now);
        for (const { agent } of right) this.#corrected.set(agent, now);
        await Promise.all(
          right.map(({ agent, from, to, why }) =>
            agentStub(this.env, account, agent).correctStatus(from, to, why),
          ),
        );
      },
    };
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
    const ledger: Ledger = new Ledger(sql, (agent) => {
      floor.loadChanged(agent);
      availabilities.touch();
    });
    const offers = new Offers(host, ledger);
    const records = new Records(sql);
    const queue = new Queue();
    for (const row of floor.rows()) queue.put(row);
    const positions = new Positions(
      host,
      queue,
      (row) => availabilities.of(router.levelsOf(row)),
      (conversation, waiting) => conversationStub(this.env, account, conversation).placed(waiting),
    );
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
        router.route();
        availabilities.touch();
        arm();
      },
      arm,
    });
    const sight = new Sight(registers, host, floor, {
      rule: () => rules.now.sees,
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
      campaigns: () => rules.now.campaigns,
      tell: (campaign, said) => lobbyStub(this.env, account, campaign).tell(said),
      changed: () => positions.refresh(),
      arm,
    });
    // What a dispatcher before this one did not come to see.
    availabilities.touch();
    const own = [this.#reconciliation(), this.#correction(), rules, availabilities];
    const duties = [...own, ...router.duties, ...sight.duties];
    const alarm = new Alarm(host, duties);
    const parts = { floor, ledger, queue, positions, records, rules, router, handing, sight, availabilities };
    return { account, ...parts, alarm };
  }
}
