/**
 * Assigns the waiting conversations: it looks at the whole floor at once, in one serial step without an await, and
 * reserves capacity before anybody is asked. It runs after each change that could make a difference, and so never
 * polls.
 */
import { receives } from '#domain/people/status';
import {
  choose,
  passLimit,
  type Chance,
  type Choice,
  type RoutedAgent,
  type Wanting,
} from '#domain/routing/routing';
import type { FloorRow, Outcome, Status } from '#protocol';
import type { Duty } from '../../runtime/alarm.ts';
import type { Host } from '../../runtime/host.ts';
import { Dues } from './dues.ts';
import type { Floor, KnownAgent } from './floor.ts';
import type { Ledger } from './ledger.ts';
import type { Offers } from './offers.ts';
import { queueOf, wantsAgent, type Queue } from './queue.ts';
import { reasonsOf, type Records } from './records.ts';
import type { Rules } from './rules.ts';
import type { Hold } from './storage.ts';

export interface RouterEnds {
  /** Asks a conversation to accept the agent for whom capacity is reserved. */
  ask(hold: Hold): void;
  arm(): void;
}

/** A status change by the system, made only if the status is still `from`. */
export interface Correction {
  readonly agent: string;
  readonly from: Status;
  readonly to: Status;
  readonly why: 'empty' | 'missed' | 'switched_off';
}

export class Router {
  readonly #host: Host;
  readonly #floor: Floor;
  readonly #ledger: Ledger;
  readonly #queue: Queue;
  readonly #records: Records;
  readonly #rules: Rules;
  readonly #offers: Offers;
  readonly #ends: RouterEnds;
  /** Expiry times of offers, by conversation. */
  readonly #expiries: Dues;
  /** When an agent who had their chance may be asked again; then routing is due without any change. */
  #retryAt: number | null = 0;

  constructor(
    host: Host,
    parts: { floor: Floor; ledger: Ledger; queue: Queue; records: Records; rules: Rules; offers: Offers },
    ends: RouterEnds,
  ) {
    this.#host = host;
    this.#floor = parts.floor;
    this.#ledger = parts.ledger;
    this.#queue = parts.queue;
    this.#records = parts.records;
    this.#rules = parts.rules;
    this.#offers = parts.offers;
    this.#ends = ends;
    this.#expiries = new Dues((conversation) => {
      const hold = this.#ledger.pending(conversation);
      return hold?.state === 'offered' ? (hold.terms?.expiresAt ?? 0) : null;
    });
    for (const { conversation } of this.#ledger.offers()) this.#expiries.touch(conversation);
  }

  /** Capacity was reserved or freed. */
  holdChanged({ conversation }: Hold): void {
    this.#expiries.touch(conversation);
  }

  get duties(): Duty[] {
    const again: Duty = {
      name: 'routing',
      next: () => (this.#routes && this.#queue.size > 0 ? this.#retryAt : null),
      run: () => this.route(),
    };
    const expiry: Duty = {
      name: 'offers',
      next: () => this.#expiries.next(),
      run: (now) => this.expire(now),
    };
    return [again, expiry];
  }

  get #routes(): boolean {
    return this.#rules.now.assignment !== 'manual';
  }

  /** Assigns what can be assigned. */
  route(): void {
    this.#retryAt = null;
    if (!this.#routes || this.#queue.size === 0) return;
    const now = this.#host.now();
    const agents = this.#agents();
    const stuck = new Set<string>();
    const { queues } = this.#queue;
    for (const row of this.#queue.rows()) {
      // In a flood all wait in few queues: the first conversation of each decides for those behind it.
      if (stuck.size === queues) break;
      // An agent who was accepted owns it, even if the conversation's report has not arrived yet.
      const held = this.#ledger.pending(row.id) ?? this.#ledger.active(row.id);
      if (!wantsAgent(row) || held || (row.passes ?? 0) >= passLimit) continue;
      const queue = queueOf(row);
      const chances = this.#records.chances(row.id);
      // If a conversation that had no chance yet found no agent, the others of its queue find none either.
      if (stuck.has(queue)) continue;
      const choice = this.#choose(row, chances, [...agents.values()], now);
      if (choice.agent === null) {
        if (chances.length === 0) stuck.add(queue);
        if (choice.retryAt !== null) this.#retryAt = Math.min(this.#retryAt ?? Infinity, choice.retryAt);
        this.#note(row.id, choice, now);
        continue;
      }
      const agent = this.#give(row, choice, now);
      if (agent) agents.set(agent.id, this.#routed(agent));
    }
    this.#ends.arm();
  }

  /** Ends the offers that were not answered in time. */
  expire(now: number): void {
    const due = this.#expiries.dueBy(now).flatMap((conversation) => this.#ledger.pending(conversation) ?? []);
    for (const hold of due) this.end(hold, 'expired');
    if (due.length > 0) this.route();
  }

  /** Ends an offer and records its one outcome. */
  end(hold: Hold, outcome: Exclude<Outcome, 'accepted'>): void {
    const { conversation, generation, agent, terms } = hold;
    const now = this.#host.now();
    this.#ledger.release(conversation, generation);
    this.#records.decided(conversation, { kind: 'outcome', agent, generation, outcome }, now);
    // A transfer names its agent, so it does not count as a chance that routing gave.
    if (outcome !== 'withdrawn' && terms?.how === 'offered')
      this.#records.hadChance(conversation, { agent, why: outcome, at: now, level: terms.level ?? '' });
    if (outcome === 'expired')
      this.#records.setStanding(agent, { missed: this.#records.standing(agent).missed + 1 });
    if (outcome === 'declined') this.#records.setStanding(agent, { missed: 0 });
    this.#offers.over(hold, outcome);
  }

  /** Routing stops making offers: conversations on offer go back to waiting. */
  withdrawAll(): void {
    for (const hold of this.#ledger.offers()) if (hold.terms?.how === 'offered') this.end(hold, 'withdrawn');
  }

  /** Withdraws offers to an agent who is gone or has started a break. */
  withdrawFrom(before: KnownAgent | undefined, agent: KnownAgent): void {
    const here = agent.connected && agent.status !== 'offline';
    // A colleague may transfer to an agent who was already on a break.
    if (here && before?.status === agent.status) return;
    for (const hold of this.#ledger.of(agent.id))
      if (hold.state === 'offered' && !(here && receives(agent.status, hold.type)))
        this.end(hold, 'withdrawn');
  }

  /** Before a conversation's row is adopted: withdraws an offer that it makes void. */
  withdrawFor(row: FloorRow): void {
    const hold = this.#ledger.pending(row.id);
    if (hold?.state !== 'offered') return;
    const over = row.phase === 'closed' || hold.generation <= row.generation;
    // Another agent owns it than the one who transfers it.
    const taken = row.phase === 'active' && hold.terms?.from !== row.generation;
    const changed = hold.type !== row.type || (hold.terms?.how === 'offered' && !wantsAgent(row));
    if (over || taken || changed) this.end(hold, 'withdrawn');
  }

  /** An owner has lost or returned a conversation: they are not its next candidate. */
  letGo(row: FloorRow, hold: Hold): void {
    const { released } = row;
    if (released?.agent !== hold.agent) return;
    const why = { no_reply: 'no_reply', returned: 'returned' } as const;
    const reason = released.reason in why ? why[released.reason as keyof typeof why] : undefined;
    if (!reason) return;
    const chance: Chance = {
      agent: hold.agent,
      why: reason,
      at: this.#host.now(),
      level: hold.terms?.level ?? '',
    };
    this.#records.hadChance(row.id, chance);
  }

  /** The data that decide which routing levels a conversation uses. */
  levelsOf({ target, campaign }: FloorRow): Pick<Wanting, 'routing' | 'transferred'> {
    const transferred = target && (target.kind === 'group' ? { group: target.id } : {});
    const routing = this.#rules.routingOf(target?.kind === 'campaign' ? target.id : campaign.id);
    return { routing, transferred };
  }

  #choose(row: FloorRow, chances: readonly Chance[], agents: RoutedAgent[], now: number): Choice {
    const { target, type } = row;
    const campaign = target?.kind === 'campaign' ? target.id : row.campaign.id;
    const wanting = { type, ...this.levelsOf(row), chances };
    const turns = this.#records.turns(campaign);
    return choose(wanting, agents, turns, now, () => this.#host.random());
  }

  /** Reserves capacity for the chosen agent, and asks them, or the conversation at once. */
  #give(row: FloorRow, choice: Choice, now: number): KnownAgent | undefined {
    const agent = this.#floor.agent(choice.agent ?? '');
    if (!agent) return undefined;
    const { assignment, offerSeconds } = this.#rules.now;
    const offers = assignment === 'offered';
    const generation = this.#records.nextGeneration(row);
    const level = choice.level?.id ?? '';
    const hold: Hold = {
      ...{ conversation: row.id, agent: agent.id, name: agent.name, generation, type: row.type, at: now },
      state: offers ? 'offered' : 'reserved',
      terms: {
        how: offers ? 'offered' : 'routed',
        expiresAt: offers ? now + offerSeconds * 1_000 : null,
        level,
      },
    };
    this.#ledger.keep(hold);
    this.#records.setStanding(agent.id, { givenAt: now });
    const campaign = row.target?.kind === 'campaign' ? row.target.id : row.campaign.id;
    this.#records.tookTurn(campaign, level, agent.id);
    const kind = offers ? 'offered' : 'assigned';
    const passedOver = reasonsOf(choice.passedOver);
    this.#records.decided(row.id, { kind, agent: agent.id, generation, level, passedOver }, now);
    if (offers) this.#offers.begun(hold);
    else this.#ends.ask(hold);
    return agent;
  }

  /** Records why no agent was found, once for each new reason. */
  #note(conversation: string, choice: Choice, now: number): void {
    const decision = { kind: 'nobody', passedOver: reasonsOf(choice.passedOver) } as const;
    const last = this.#records.lastOf(conversation);
    if (last === JSON.stringify(decision)) return;
    this.#records.decided(conversation, decision, now);
  }

  #agents(): Map<string, RoutedAgent> {
    return new Map(this.#floor.agents().map((agent) => [agent.id, this.#routed(agent)]));
  }

  #routed({ id, status, connected, roles, groups, limits }: KnownAgent): RoutedAgent {
    return {
      ...{ id, status, connected, roles, groups, limits },
      load: this.#ledger.load(id),
      offered: this.#rules.now.assignment === 'offered' && this.#ledger.isOffered(id),
      givenAt: this.#records.standing(id).givenAt,
    };
  }

  /** The status change that the system owes an agent (F16, F18, and after missed offers). */
  correctionOf(agent: string): Correction | null {
    const { missedLimit, offlineProcessing } = this.#rules.now;
    const known = this.#floor.agent(agent);
    if (!known || known.deleted) return null;
    const from = known.status;
    if (from === 'before_dinner' && this.#ledger.holdsNothing(agent))
      return { agent, from, to: 'dinner', why: 'empty' };
    if (from === 'offline_processing' && !offlineProcessing)
      return { agent, from, to: 'invisible', why: 'switched_off' };
    const { missed } = this.#records.standing(agent);
    const receiving = receives(from, 'live') || receives(from, 'nrt');
    return missedLimit !== null && missed >= missedLimit && receiving
      ? { agent, from, to: 'invisible', why: 'missed' }
      : null;
  }
}
