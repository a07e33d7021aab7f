/**
 * The Durable Object of one account's floor, named by the account. It owns the registry of conversations and the ledger of places,
 * and decides who may take what; who owns a conversation the conversation decides. It follows states and owners, never messages.
 */
import type { Principal } from '#domain';
import { can, takesByHand } from '#domain';
import {
  closeCodes,
  isRefusal,
  refuse,
  subprotocol,
  type FloorRow,
  type Owner,
  type Refusal,
} from '#protocol';
import { DurableObject } from 'cloudflare:workers';
import { getAccount } from '../../db/accounts.ts';
import { Alarm, type Duty } from '../alarm.ts';
import { acceptSocket, answerClose, answerPings, durableHost } from '../durable-host.ts';
import type { Env } from '../env.ts';
import { all, type Host } from '../host.ts';
import { Log } from '../log.ts';
import { begin, open } from '../migrate.ts';
import type { Registers } from '../registers.ts';
import { conversationStub, handedOn } from '../stubs.ts';
import { Floor, type AgentNote } from './floor.ts';
import { Ledger } from './ledger.ts';
import { Sight, type Watcher } from './sight.ts';
import { migrations, type Decision, type DispatcherRegisters, type Place } from './storage.ts';

/** A reservation whose taker never came back is looked into after so long, in milliseconds. */
const reservedFor = 10_000;
/** How soon a conversation that didn't answer is asked again, in milliseconds. */
const askAgain = 5_000;

interface Awake {
  readonly account: string;
  readonly floor: Floor;
  readonly ledger: Ledger;
  readonly decisions: Log<Decision>;
  readonly sight: Sight;
  readonly alarm: Alarm;
}

export class Dispatcher extends DurableObject<Env> {
  readonly #host: Host;
  #awake: Awake | undefined;
  /** Takings under way; a second taker of the same conversation waits for the first. */
  readonly #taking = new Map<string, Promise<unknown>>();
  #askedAt = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    answerPings(ctx);
    this.#host = durableHost(ctx);
    const registers = open<DispatcherRegisters>(ctx.storage.sql, migrations);
    if (registers) this.#awake = this.#adopt(registers);
  }

  /** A conversation says what it is. Before it has said so once, it writes no history: so a rebuild finds all that have any. */
  conversationNoted(row: FloorRow): void {
    const { floor, ledger, sight, alarm } = this.#wake();
    this.#register(row.id, row.startedAt);
    const before = floor.row(row.id);
    if (!floor.putRow(row)) return;
    sight.rowChanged(before, row);
    ledger.settle(row, this.#host.now());
    alarm.arm();
  }

  /** An agent says what they are. `seq` is the agent's log's. */
  agentNoted(agent: AgentNote, seq: number): void {
    const { floor, sight, alarm } = this.#wake();
    const before = floor.agent(agent.id);
    if (!floor.putAgent(agent, seq)) return;
    sight.agentChanged(before, { ...agent, seq, changedAt: 0 });
    alarm.arm();
  }

  /** The account's row is about to change … */
  expectChange(): void {
    this.#wake().sight.expectChange();
  }

  /** … and has changed. */
  async reread(): Promise<void> {
    await this.#wake().sight.reread();
  }

  /** Makes an agent the owner of a waiting conversation, if nobody is yet. */
  async take(
    agent: Owner,
    conversation: string,
  ): Promise<{ conversation: string; generation: number } | Refusal> {
    const { floor, ledger } = this.#wake();
    while (this.#taking.has(conversation)) await this.#taking.get(conversation);
    // No await from here to the reservation: this is the serial decision.
    const row = floor.row(conversation);
    if (!row) return refuse('not_found');
    if (row.phase === 'closed') return refuse('conversation_closed');
    const place = ledger.pending(conversation) ?? ledger.active(conversation);
    if (place?.agent === agent.id && place.state === 'active')
      return { conversation, generation: place.generation };
    if (place && place.agent !== agent.id)
      return refuse('already_taken', { by: { id: place.agent, name: place.name } });
    const status = floor.agent(agent.id)?.status ?? 'offline';
    if (!takesByHand(status)) return refuse(status === 'offline' ? 'not_online' : 'not_receiving');
    // A reservation of their own is one whose answer was lost: to ask the same again does no harm.
    const generation = place?.generation ?? row.generation + 1;
    if (!place) {
      const { id, name } = agent;
      const kept = {
        conversation,
        generation,
        agent: id,
        name,
        type: row.type,
        at: this.#host.now(),
      } as const;
      ledger.keep({ ...kept, state: 'reserved', terms: { how: 'taken', expiresAt: null } });
    }
    this.#wake().alarm.arm();
    const asked = this.#ask(agent, conversation, generation);
    this.#taking.set(
      conversation,
      asked.catch(() => undefined),
    );
    try {
      return await asked;
    } finally {
      this.#taking.delete(conversation);
    }
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
    const principal = JSON.parse(request.headers.get('x-parley-principal') ?? 'null') as Principal | null;
    if (principal?.kind !== 'user' || !can(principal, 'floor.watch')) {
      return Response.json(refuse('forbidden'), { status: 403 });
    }
    if (!request.headers.get('sec-websocket-protocol')?.includes(subprotocol)) {
      return Response.json(refuse('unsupported'), { status: 426 });
    }
    const { floor } = this.#wake();
    const { id, roles, session } = principal;
    const watcher: Watcher = { at: this.#host.now(), id, roles };
    const { response, socket } = acceptSocket(this.ctx, [session], watcher);
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

  /** Asks the conversation, which is the judge; the place follows its answer. */
  async #ask(
    agent: Owner,
    conversation: string,
    generation: number,
  ): Promise<{ conversation: string; generation: number } | Refusal> {
    const { ledger, decisions } = this.#wake();
    const answer = await conversationStub(this.env, this.#wake().account, conversation).assign(
      agent,
      generation,
    );
    const refused = isRefusal(answer);
    if (refused) ledger.release(conversation, generation);
    else ledger.activate(conversation, generation);
    const outcome = refused ? answer.refused : 'taken';
    decisions.append({ kind: 'take.decided', conversation, agent, generation, outcome }, this.#host.now());
    return refused ? handedOn(answer) : { conversation, generation };
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
    if (place.state === 'reserved') return place.at + reservedFor;
    const agent = this.#wake().floor.agent(place.agent);
    const grace = Number(this.env.AGENT_GRACE_MS ?? 30_000);
    return agent?.connected === false ? Math.max(agent.changedAt, place.at + grace) : null;
  }

  async #reconcile(place: Place): Promise<void> {
    const { ledger } = this.#wake();
    const stub = conversationStub(this.env, this.#wake().account, place.conversation);
    if (place.state === 'active') {
      await stub.unassign(place.generation, 'vanished');
      return;
    }
    const state = await stub.state();
    const isTheirs = state?.owner?.id === place.agent && state.generation === place.generation;
    if (isTheirs && state.phase === 'active') ledger.activate(place.conversation, place.generation);
    else ledger.release(place.conversation, place.generation);
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
    const floor: Floor = new Floor(
      this.#host,
      (socket) => sight.of(socket),
      (agent) => ledger.load(agent),
    );
    floor.load();
    const sight = new Sight(registers, this.#host, floor, {
      read: async () => (await getAccount(this.env.DB, account))?.sees ?? 'all',
      tell: (conversation, viewers) => conversationStub(this.env, account, conversation).restrict(viewers),
      arm: () => this.#awake?.alarm.arm(),
    });
    const alarm = new Alarm(this.#host, [this.#reconciliation(), ...sight.duties]);
    const ledger = new Ledger(sql, (agent) => floor.loadChanged(agent));
    return { account, floor, ledger, decisions: new Log<Decision>(sql), sight, alarm };
  }
}
