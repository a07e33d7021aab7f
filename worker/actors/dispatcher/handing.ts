/**
 * Changes of owner: taking by hand, accepting an offer, transfer, assignment by a supervisor. Capacity is reserved
 * first, under a generation that was never used; then the conversation is asked, which decides; the ledger follows its
 * answer. If an answer is lost, the reservation is reconciled: the conversation withdraws its generation before the
 * capacity is freed.
 */
import { assists, hasStatus, receives, takesByHand } from '#domain/people/status';
import { spaceOf } from '#domain/routing/routing';
import {
  isRefusal,
  refuse,
  type AgentParty,
  type FloorRow,
  type Owner,
  type Refusal,
  type Target,
} from '#protocol';
import type { Host } from '../../runtime/host.ts';
import type { Done } from '../contracts/conversation.ts';
import type { Giver, Taken } from '../contracts/dispatcher.ts';
import { handedOn, type conversationStub } from '../stubs.ts';
import type { Floor } from './floor.ts';
import type { Ledger } from './ledger.ts';
import type { Offers } from './offers.ts';
import type { Records } from './records.ts';
import type { Router } from './router.ts';
import type { Rules } from './rules.ts';
import type { Hold, Terms } from './storage.ts';

export interface HandingEnds {
  conversation(id: string): ReturnType<typeof conversationStub>;
  arm(): void;
}

export class Handing {
  readonly #host: Host;
  readonly #floor: Floor;
  readonly #ledger: Ledger;
  readonly #records: Records;
  readonly #rules: Rules;
  readonly #offers: Offers;
  readonly #router: Router;
  readonly #ends: HandingEnds;
  /** Requests in progress; a second request for the same conversation waits for the first. */
  readonly #asking = new Map<string, Promise<unknown>>();

  constructor(
    host: Host,
    parts: { floor: Floor; ledger: Ledger; records: Records; rules: Rules; offers: Offers; router: Router },
    ends: HandingEnds,
  ) {
    this.#host = host;
    this.#floor = parts.floor;
    this.#ledger = parts.ledger;
    this.#records = parts.records;
    this.#rules = parts.rules;
    this.#offers = parts.offers;
    this.#router = parts.router;
    this.#ends = ends;
  }

  /**
   * Makes an agent the owner of a waiting conversation, if it has none yet; if it is offered to them, this accepts the
   * offer.
   */
  async take(agent: Owner, conversation: string): Promise<Taken | Refusal> {
    await this.#quiet(conversation);
    // No await from here to the reservation: this is the serial decision.
    const row = this.#open(conversation);
    if (isRefusal(row)) return row;
    const active = this.#ledger.active(conversation);
    if (active?.agent === agent.id) return { conversation, generation: active.generation };
    const pending = this.#ledger.pending(conversation);
    // The agent's own reservation means that an answer was lost: asking the same again does no harm.
    if (pending?.agent === agent.id) return this.#accepted(agent, pending);
    const other = pending?.state === 'offered' ? pending : (active ?? pending);
    if (other)
      return refuse(other === pending && other.state === 'offered' ? 'offered' : 'already_taken', {
        by: { id: other.agent, name: other.name },
      });
    const known = this.#floor.agent(agent.id);
    const status = known?.status ?? 'offline';
    if (!takesByHand(status)) return refuse(status === 'offline' ? 'not_online' : 'not_receiving');
    if (known && !this.#hasCapacity(agent.id, row)) return refuse('no_place');
    return this.#reserve(agent, row, { how: 'taken', expiresAt: null }, agent.id);
  }

  /** An agent accepts an offer. An offer that has ended changes nothing, however little too late (I11). */
  async accept(agent: Owner, conversation: string, generation: number): Promise<Taken | Refusal> {
    await this.#quiet(conversation);
    const active = this.#ledger.active(conversation);
    if (active?.agent === agent.id && active.generation === generation) return { conversation, generation };
    const pending = this.#ledger.pending(conversation);
    if (pending?.agent !== agent.id || pending.generation !== generation) return refuse('offer_over');
    return this.#accepted(agent, pending);
  }

  /** The agent declines an offer, or the user who made it takes it back. */
  decline(agent: string, conversation: string, generation: number): Refusal | undefined {
    const pending = this.#ledger.pending(conversation);
    if (pending?.state !== 'offered' || pending.generation !== generation) return refuse('offer_over');
    if (pending.agent !== agent && pending.terms?.by?.id !== agent) return refuse('offer_over');
    this.#router.end(pending, pending.agent === agent ? 'declined' : 'withdrawn');
    this.#router.route();
    return undefined;
  }

  /** Transfers a conversation to an agent: from a colleague it is an offer, from a supervisor an assignment. */
  async give(giver: Giver, conversation: string, to: string, note?: string): Promise<Taken | Refusal> {
    await this.#quiet(conversation);
    const row = this.#open(conversation);
    if (isRefusal(row)) return row;
    const { party, supervises } = giver;
    const active = this.#ledger.active(conversation);
    const mine = active?.agent === party.id;
    if (!mine && !supervises)
      return refuse('not_owner', active && { by: { id: active.agent, name: active.name } });
    if (active?.agent === to)
      return supervises ? { conversation, generation: active.generation } : refuse('bad_request');
    const pending = this.#ledger.pending(conversation);
    if (pending?.state === 'reserved' || (pending && !supervises))
      return refuse(pending.state === 'offered' ? 'offered' : 'already_taken', {
        by: { id: pending.agent, name: pending.name },
      });
    const problem = this.#mayGet(to, row, giver);
    if (problem) return problem;
    if (pending) this.#router.end(pending, 'withdrawn');
    const known = this.#floor.agent(to);
    const owner = { kind: 'agent', id: to, name: known?.name ?? '' } as const;
    const photo = known?.shownPhoto;
    const terms: Terms = {
      ...{ how: supervises ? 'assigned' : 'transferred', by: party, ...(note && { note }) },
      expiresAt: supervises ? null : this.#host.now() + this.#rules.now.offerSeconds * 1_000,
      ...(active && { from: active.generation }),
    };
    if (supervises) return this.#reserve({ ...owner, ...(photo && { photo }) }, row, terms, party.id);
    const hold = this.#keep(owner, row, 'offered', terms, party.id);
    this.#offers.begun(hold);
    return { conversation, generation: hold.generation };
  }

  /** Transfers a conversation to a group or to another campaign, where it waits with its age unchanged. */
  async send(giver: Giver, conversation: string, to: Target, note?: string): Promise<Taken | Refusal> {
    await this.#quiet(conversation);
    const row = this.#open(conversation);
    if (isRefusal(row)) return row;
    const active = this.#ledger.active(conversation);
    if (active?.agent !== giver.party.id && !giver.supervises) return refuse('not_owner');
    const pending = this.#ledger.pending(conversation);
    if (pending?.state === 'reserved')
      return refuse('already_taken', { by: { id: pending.agent, name: pending.name } });
    if (pending) this.#router.end(pending, 'withdrawn');
    // The floor may not know the newest owner yet.
    const generation = active?.generation ?? row.generation;
    const judge = this.#ends.conversation(conversation);
    const answer: Done | Refusal = await this.#inTurn(conversation, async () =>
      handedOn(await judge.transfer({ by: giver.party, to, note, generation })),
    );
    if (isRefusal(answer)) return answer;
    const now = this.#host.now();
    this.#records.decided(conversation, { kind: 'sent', by: giver.party.id }, now);
    return { conversation, generation };
  }

  /** Routing has reserved capacity: asks the conversation. */
  ask(hold: Hold): void {
    const known = this.#floor.agent(hold.agent);
    const photo = known?.shownPhoto;
    const owner: Owner = { kind: 'agent', id: hold.agent, name: hold.name, ...(photo && { photo }) };
    // A failure is reconciled later (`reconcile`).
    this.#host.background(this.#ask(owner, hold).catch(() => undefined));
  }

  /**
   * For a reservation that was never settled: the conversation reports the outcome, and accepts no owner under its
   * generation any more.
   */
  async reconcile(hold: Hold): Promise<void> {
    const { conversation, generation, agent } = hold;
    const state = await this.#ends.conversation(conversation).withdraw(generation);
    const theirs = state?.phase === 'active' && state.owner?.id === agent && state.generation === generation;
    if (theirs) this.#ledger.activate(conversation, generation);
    else this.#ledger.release(conversation, generation);
    this.#router.route();
  }

  #accepted(agent: Owner, pending: Hold): Promise<Taken | Refusal> | Refusal {
    const now = this.#host.now();
    if (pending.state !== 'offered') return this.#ask(agent, pending);
    if (now >= (pending.terms?.expiresAt ?? Infinity)) {
      this.#router.expire(now);
      return refuse('offer_over');
    }
    const hold = this.#ledger.reserve(pending, now);
    this.#ends.arm();
    const { conversation, generation } = hold;
    this.#records.decided(
      conversation,
      { kind: 'outcome', agent: agent.id, generation, outcome: 'accepted' },
      now,
    );
    this.#records.setStanding(agent.id, { missed: 0 });
    this.#offers.over(hold, 'accepted');
    return this.#ask(agent, hold);
  }

  #reserve(agent: Owner, row: FloorRow, terms: Terms, by: string): Promise<Taken | Refusal> {
    return this.#ask(agent, this.#keep(agent, row, 'reserved', terms, by));
  }

  #keep(agent: AgentParty, row: FloorRow, state: Hold['state'], terms: Terms, by: string): Hold {
    const at = this.#host.now();
    const generation = this.#records.nextGeneration(row);
    const { id: conversation, type } = row;
    const hold: Hold = {
      conversation,
      agent: agent.id,
      name: agent.name,
      generation,
      type,
      state,
      at,
      terms,
    };
    this.#ledger.keep(hold);
    this.#records.setStanding(agent.id, { givenAt: at });
    const kind = terms.how === 'taken' ? 'taken' : terms.how === 'assigned' ? 'given' : 'passed';
    this.#records.decided(conversation, { kind, agent: agent.id, generation, by }, at);
    this.#ends.arm();
    return hold;
  }

  async #ask(agent: Owner, hold: Hold): Promise<Taken | Refusal> {
    const { conversation, generation, type, terms } = hold;
    const { how, by, note, from } = terms ?? {};
    const judge = this.#ends.conversation(conversation);
    const answer: Done | Refusal = await this.#inTurn(conversation, async () =>
      handedOn(await judge.assign({ agent, generation, type, how, by, note, from })),
    );
    if (!isRefusal(answer)) {
      this.#ledger.activate(conversation, generation);
      return { conversation, generation };
    }
    const otherType = answer.refused === 'conflict' && answer.field === 'type';
    const moved = otherType ? this.#moved(hold) : undefined;
    if (moved) return this.#ask(agent, moved);
    this.#ledger.release(conversation, generation);
    const now = this.#host.now();
    this.#records.decided(
      conversation,
      { kind: 'outcome', agent: agent.id, generation, outcome: 'refused' },
      now,
    );
    this.#router.route();
    return otherType ? refuse('no_place') : answer;
  }

  /**
   * The conversation changed its type before its agent was confirmed: the reservation changes type too, if the agent
   * has capacity.
   */
  #moved(hold: Hold): Hold | undefined {
    const { conversation, generation, agent, terms } = hold;
    const pending = this.#ledger.pending(conversation);
    if (pending?.generation !== generation) return undefined;
    // The reservation has already changed its type.
    if (pending.type !== hold.type) return pending;
    const known = this.#floor.agent(agent);
    const type = hold.type === 'live' ? 'nrt' : 'live';
    const chosen = terms?.how === 'routed' || terms?.how === 'offered';
    if (!known || (chosen && !receives(known.status, type)) || !this.#hasCapacity(agent, { type }))
      return undefined;
    return this.#ledger.retype(pending, type);
  }

  /** Waits until no request about a conversation is in progress. */
  async #quiet(conversation: string): Promise<void> {
    while (this.#asking.has(conversation)) await this.#asking.get(conversation);
  }

  async #inTurn<T>(conversation: string, ask: () => Promise<T>): Promise<T> {
    const asked = ask();
    const settled = asked.then(
      () => undefined,
      () => undefined,
    );
    this.#asking.set(conversation, settled);
    try {
      return await asked;
    } finally {
      if (this.#asking.get(conversation) === settled) this.#asking.delete(conversation);
    }
  }

  #open(conversation: string): FloorRow | Refusal {
    const row = this.#floor.row(conversation);
    if (!row) return refuse('not_found');
    return row.phase === 'closed' ? refuse('conversation_closed') : row;
  }

  /** Refuses if an agent cannot be given a conversation that they did not ask for. */
  #mayGet(agent: string, row: FloorRow, { party, supervises: forced }: Giver): Refusal | undefined {
    const known = this.#floor.agent(agent);
    if (!known) return refuse('not_found');
    const { status, connected, name, roles } = known;
    const by = { id: agent, name };
    if (!assists(status) || !connected) return refuse('not_receiving', { by });
    // A user who is only an administrator gets chats from nobody, but may take one over.
    if (!hasStatus(roles) && agent !== party.id) return refuse('not_receiving', { by });
    // An agent who is about to go to dinner gets nothing new, except from a supervisor (F17).
    if (!forced && !receives(status, row.type) && !takesByHand(status))
      return refuse('not_receiving', { by });
    return this.#hasCapacity(agent, row) ? undefined : refuse('no_place', { by });
  }

  #hasCapacity(agent: string, { type }: Pick<FloorRow, 'type'>): boolean {
    const known = this.#floor.agent(agent);
    return !known || spaceOf({ limits: known.limits, load: this.#ledger.load(agent) }, type) > 0;
  }
}
