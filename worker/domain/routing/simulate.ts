/**
 * Replays a day against other routing levels, methods, limits and shifts, with the same `choose` that assigns real
 * conversations. Chance is passed in, so the same seed gives the same day. Not simulated: missed offers change no
 * status, nobody transfers, and no agent takes a chat by hand, not even one that routing no longer assigns
 * (`passLimit`).
 */
import type { ConversationType, Limit, Routing, Status } from '#protocol';
import { Agenda } from './agenda.ts';
import { choose, passLimit, type Chance, type RoutedAgent, type Wanting } from './routing.ts';
import { summarize, type Report, type Tally } from './simulation-report.ts';

/** A visitor who writes. All spans are milliseconds, all times on one scale of milliseconds. */
export interface Arrival {
  readonly at: number;
  readonly type: ConversationType;
  readonly campaign?: string;
  /** From the assignment to the end. */
  readonly handling: number;
  /** How long the visitor waits for an agent, counted anew each time. */
  readonly patience: number;
  /**
   * From the assignment to the agent's first message. After a pass to another agent it is drawn anew with this mean.
   */
  readonly firstReply: number;
}

export interface SimulatedAgent {
  readonly id: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly limits: Readonly<Record<ConversationType, Limit>>;
  /** When they are present; of two overlapping shifts the later one counts. */
  readonly shifts: readonly { readonly from: number; readonly to: number; readonly status: Status }[];
}

/** The assignment. `accepts` is the share of offers that are accepted, `delay` the mean time to answer one. */
export type Handing =
  | { readonly how: 'assigned' }
  | {
      readonly how: 'offered';
      readonly seconds: number;
      readonly accepts: number;
      readonly delay: number;
    };

export interface Scenario {
  readonly arrivals: readonly Arrival[];
  readonly agents: readonly SimulatedAgent[];
  readonly routing: Routing;
  /** For campaigns with other levels. */
  readonly campaigns?: Readonly<Record<string, Routing>>;
  readonly handing: Handing;
}

interface Conversation {
  readonly arrival: Arrival;
  readonly routing: Routing;
  readonly chances: Chance[];
  phase: 'waiting' | 'offered' | 'held' | 'over';
  /** Raised by each change, so that events planned in an earlier phase are ignored. */
  turn: number;
  givenBefore: boolean;
  /** How many agents have lost it because they did not reply in time. */
  passes: number;
}
interface Seat extends RoutedAgent {
  status: Status;
  connected: boolean;
  readonly load: Record<ConversationType, number>;
  offered: boolean;
  givenAt: number;
  readonly plan: SimulatedAgent;
}

/** A day that is played step by step, for callers that must not block. */
export class Simulation {
  readonly #agenda = new Agenda<(now: number) => void>();
  readonly #seats: Seat[];
  /** Oldest first. */
  readonly #waiting: Conversation[] = [];
  readonly #wakes = new Set<number>();
  readonly #turns = new Map<Routing, Map<string, string>>();
  readonly #handing: Handing;
  readonly #random: () => number;
  readonly #tally: Tally;
  #now: number;

  constructor({ arrivals, agents, routing, campaigns = {}, handing }: Scenario, random: () => number) {
    this.#handing = handing;
    this.#random = random;
    const starts = [
      ...arrivals.map(({ at }) => at),
      ...agents.flatMap(({ shifts }) => shifts.map((s) => s.from)),
    ];
    this.#now = starts.reduce((first, at) => Math.min(first, at), starts[0] ?? 0);
    this.#seats = agents.map((plan) => ({
      ...{ id: plan.id, groups: plan.groups, limits: plan.limits, plan, roles: ['agent'] as const },
      ...{ status: 'offline', connected: false, offered: false, givenAt: 0 },
      load: { live: 0, nrt: 0 },
    }));
    this.#tally = {
      ...{
        arrivals: arrivals.length,
        abandoned: 0,
        forwarded: 0,
        stalled: 0,
        missed: 0,
        declined: 0,
        waits: [],
        firstReplies: [],
      },
      ...{ from: this.#now, to: this.#now, queue: [], replies: [] },
      agents: new Map(agents.map(({ id }) => [id, { handled: 0, busy: 0, peak: 0, here: 0 }])),
    };
    for (const seat of this.#seats)
      for (const at of new Set(seat.plan.shifts.flatMap(({ from, to }) => [from, to])))
        this.#agenda.add(at, () => this.#clockIn(seat));
    for (const arrival of arrivals.toSorted((a, b) => a.at - b.at)) {
      const its = campaigns[arrival.campaign ?? ''] ?? routing;
      const conversation: Conversation = {
        ...{ arrival, routing: its, chances: [], phase: 'over', turn: 0, givenBefore: false, passes: 0 },
      };
      this.#agenda.add(arrival.at, () => {
        this.#tally.replies.push({ at: arrival.at, by: 1 });
        this.#wait(conversation);
      });
    }
  }

  /** Plays up to `count` events; true while there are more. */
  step(count: number): boolean {
    for (let i = 0; i < count; i++) {
      const next = this.#agenda.next();
      if (!next) return false;
      this.#pass(next.at);
      next.what(next.at);
      this.#serve();
      this.#note();
    }
    return true;
  }

  /** The result, after the last event. */
  report(): Report {
    return summarize(
      this.#tally,
      this.#seats.map(({ plan }) => plan),
      this.#waiting.length,
    );
  }

  /** Adds up the agents' time until now. */
  #pass(now: number): void {
    const span = now - this.#now;
    if (span > 0)
      for (const { id, connected, load } of this.#seats) {
        const tally = this.#tally.agents.get(id);
        if (!connected || !tally) continue;
        tally.here += span;
        if (load.live + load.nrt > 0) tally.busy += span;
      }
    this.#now = this.#tally.to = now;
  }

  #clockIn(seat: Seat): void {
    const now = this.#now;
    const shift = seat.plan.shifts.findLast(({ from, to }) => from <= now && now < to);
    seat.connected = shift !== undefined;
    seat.status = shift?.status ?? 'offline';
  }

  #wait(conversation: Conversation): void {
    const turn = ++conversation.turn;
    conversation.phase = 'waiting';
    const { at, patience } = conversation.arrival;
    const index = this.#waiting.findLastIndex((other) => other.arrival.at <= at);
    this.#waiting.splice(index + 1, 0, conversation);
    if (!Number.isFinite(patience)) return;
    this.#agenda.add(this.#now + patience, () => {
      // An offer does not end the wait, and neither does one that failed.
      const waits = conversation.phase === 'waiting' || conversation.phase === 'offered';
      if (!waits || conversation.turn !== turn) return;
      this.#leave(conversation);
      conversation.phase = 'over';
      this.#tally.abandoned++;
      this.#tally.replies.push({ at: this.#now, by: -1 });
    });
  }

  #leave(conversation: Conversation): void {
    const index = this.#waiting.indexOf(conversation);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  /**
   * Assigns the waiting conversations, oldest first. If one that asks everybody finds no agent, neither does a younger
   * one like it.
   */
  #serve(): void {
    const hopeless = new Set<string>();
    const ids = new Map<Routing, number>();
    for (const conversation of [...this.#waiting]) {
      if (conversation.phase !== 'waiting' || conversation.passes >= passLimit) continue;
      const { arrival, routing, chances } = conversation;
      if (!ids.has(routing)) ids.set(routing, ids.size);
      const kind = `${arrival.type} ${ids.get(routing)}`;
      if (hopeless.has(kind)) continue;
      const wanting: Wanting = { type: arrival.type, routing, transferred: null, chances };
      const turns = this.#turns.get(routing) ?? new Map<string, string>();
      this.#turns.set(routing, turns);
      const { agent, level, retryAt } = choose(wanting, this.#seats, turns, this.#now, this.#random);
      const seat = this.#seats.find(({ id }) => id === agent);
      if (seat && level) {
        turns.set(level.id, seat.id);
        this.#give(conversation, seat, level.id);
      } else if (retryAt !== null) this.#wake(retryAt);
      else if (chances.length === 0) hopeless.add(kind);
    }
  }

  /** Tries again at that time, once for all that wait for it. */
  #wake(at: number): void {
    if (this.#wakes.has(at)) return;
    this.#wakes.add(at);
    this.#agenda.add(at, () => this.#wakes.delete(at));
  }

  #give(conversation: Conversation, seat: Seat, level: string): void {
    const { type } = conversation.arrival;
    seat.load[type]++;
    seat.givenAt = this.#now;
    const tally = this.#tally.agents.get(seat.id);
    if (tally) tally.peak = Math.max(tally.peak, seat.load.live + seat.load.nrt);
    if (this.#handing.how === 'assigned') {
      this.#hold(conversation, seat, level);
      return;
    }
    const { seconds, accepts, delay } = this.#handing;
    const after = exponential(delay, this.#random);
    const late = after >= seconds * 1_000;
    const willing = this.#random() < accepts;
    conversation.phase = 'offered';
    seat.offered = true;
    this.#agenda.add(this.#now + (late ? seconds * 1_000 : after), () => {
      seat.offered = false;
      if (conversation.phase === 'offered' && !late && willing) {
        this.#hold(conversation, seat, level);
        return;
      }
      seat.load[type]--;
      // The visitor has gone meanwhile, so no offer was missed.
      if (conversation.phase !== 'offered') return;
      this.#tally[late ? 'missed' : 'declined']++;
      const why = late ? 'expired' : 'declined';
      conversation.chances.push({ agent: seat.id, why, at: this.#now, level });
      conversation.phase = 'waiting';
    });
  }

  #hold(conversation: Conversation, seat: Seat, level: string): void {
    const { arrival, routing } = conversation;
    this.#leave(conversation);
    conversation.phase = 'held';
    const given = this.#now;
    const reply = conversation.givenBefore
      ? exponential(arrival.firstReply, this.#random)
      : arrival.firstReply;
    conversation.givenBefore = true;
    const limit = routing.forwardAfter === null ? Infinity : routing.forwardAfter * 1_000;
    if (reply > limit) {
      this.#agenda.add(given + limit, () => {
        seat.load[arrival.type]--;
        this.#tally.forwarded++;
        if (++conversation.passes === passLimit) this.#tally.stalled++;
        conversation.chances.push({ agent: seat.id, why: 'no_reply', at: this.#now, level });
        this.#wait(conversation);
      });
      return;
    }
    this.#tally.waits.push(given - arrival.at);
    this.#tally.firstReplies.push(given + reply - arrival.at);
    this.#tally.replies.push({ at: given + reply, by: -1 });
    const tally = this.#tally.agents.get(seat.id);
    if (tally) tally.handled++;
    this.#agenda.add(given + Math.max(arrival.handling, reply), () => {
      seat.load[arrival.type]--;
      conversation.phase = 'over';
    });
  }

  /** Records the number of waiting conversations after each change. */
  #note(): void {
    const { queue } = this.#tally;
    if (queue.at(-1)?.waiting !== this.#waiting.length)
      queue.push({ at: this.#now, waiting: this.#waiting.length });
  }
}

/** Plays a whole day. */
export function simulate(scenario: Scenario, random: () => number): Report {
  const simulation = new Simulation(scenario, random);
  while (simulation.step(10_000));
  return simulation.report();
}

const exponential = (mean: number, random: () => number): number => -Math.log(1 - random()) * mean;
