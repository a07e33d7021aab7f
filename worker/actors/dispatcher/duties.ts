/**
 * The dispatcher's scheduled checks: capacity of agents who are gone, reservations that were never settled, and
 * statuses that the system changes. All follow from stored state, and recompute only what an event has touched.
 */
import { assists } from '#domain/people/status';
import type { Duty } from '../../runtime/alarm.ts';
import { Dues } from './dues.ts';
import type { Floor } from './floor.ts';
import { keyOf, type Ledger } from './ledger.ts';
import type { Correction, Router } from './router.ts';
import type { Hold } from './storage.ts';

/** How long a reservation may stay unsettled before the conversation is queried, in milliseconds. */
const reservedFor = 10_000;
/** The pause before an unanswered query is repeated, in milliseconds. */
const askAgain = 5_000;

/** Queries the conversation about capacity whose agent is gone and about unsettled reservations, until it answers. */
export class Reconciliation implements Duty {
  readonly name = 'reconciliation';
  readonly #floor: Pick<Floor, 'agent'>;
  readonly #ledger: Ledger;
  /** How long an agent may be without a live tab, in milliseconds. */
  readonly #grace: number;
  readonly #ask: (hold: Hold) => Promise<void>;
  readonly #dues = new Dues((key) => this.#dueOf(this.#ledger.at(key)));
  #askedAt = 0;

  constructor(
    { floor, ledger }: { floor: Pick<Floor, 'agent'>; ledger: Ledger },
    grace: number,
    ask: (hold: Hold) => Promise<void>,
  ) {
    this.#floor = floor;
    this.#ledger = ledger;
    this.#grace = grace;
    this.#ask = ask;
    for (const hold of ledger.all()) this.holdChanged(hold);
  }

  holdChanged(hold: Hold): void {
    this.#dues.touch(keyOf(hold));
  }

  agentChanged(agent: string): void {
    for (const hold of this.#ledger.of(agent)) this.holdChanged(hold);
  }

  next(): number | null {
    const due = this.#dues.next();
    return due === null ? null : Math.max(due, this.#askedAt + askAgain);
  }

  async run(now: number): Promise<void> {
    this.#askedAt = now;
    const holds = this.#dues.dueBy(now).flatMap((key) => this.#ledger.at(key) ?? []);
    await Promise.all(holds.map((hold) => this.#ask(hold)));
  }

  #dueOf(hold: Hold | undefined): number | null {
    if (!hold || hold.state === 'offered') return null;
    if (hold.state === 'reserved') return hold.at + reservedFor;
    const agent = this.#floor.agent(hold.agent);
    if (agent && !assists(agent.status)) return agent.changedAt;
    return agent?.connected === false ? Math.max(agent.changedAt, hold.at + this.#grace) : null;
  }
}

/** Status changes by the system. The agent's actor makes the change if the status is still the same. */
export class Corrections implements Duty {
  readonly name = 'correction';
  readonly #floor: Floor;
  readonly #router: Router;
  readonly #correct: (correction: Correction) => Promise<unknown>;
  /** When each agent's status was last corrected: the agent's report of the change arrives a moment later. */
  readonly #corrected = new Map<string, number>();
  readonly #dues = new Dues((agent) =>
    this.#router.correctionOf(agent) ? (this.#corrected.get(agent) ?? -askAgain) + askAgain : null,
  );

  constructor(
    { floor, router }: { floor: Floor; router: Router },
    correct: (correction: Correction) => Promise<unknown>,
  ) {
    this.#floor = floor;
    this.#router = router;
    this.#correct = correct;
    this.rulesChanged();
  }

  /** Input of an agent's status changed: their load, or their missed offers. */
  touch(agent: string): void {
    this.#dues.touch(agent);
  }

  /** An agent reported their status. */
  agentChanged(agent: string): void {
    this.#corrected.delete(agent);
    this.touch(agent);
  }

  rulesChanged(): void {
    for (const { id } of this.#floor.agents()) this.touch(id);
  }

  next(): number | null {
    return this.#dues.next();
  }

  async run(now: number): Promise<void> {
    const right = this.#dues.dueBy(now).flatMap((agent) => this.#router.correctionOf(agent) ?? []);
    for (const { agent } of right) {
      this.#corrected.set(agent, now);
      this.touch(agent);
    }
    await Promise.all(right.map((correction) => this.#correct(correction)));
  }
}
