/**
 * Reports each campaign's availability to its lobby when it has changed. A report is stored in a register before it is
 * sent, with a rising count: so a crash loses no report, and an older report never overwrites a newer one.
 */
import { availabilityOf, receivesVisitors, type PresentAgent } from '#domain/floor/availability';
import { spaceOf } from '#domain/routing/routing';
import type { Availability, Routing } from '#protocol';
import type { Duty } from '../../runtime/alarm.ts';
import type { Host } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import type { DispatcherRegisters, Lobbies } from './storage.ts';

/** Changes are collected for this time, in milliseconds, so that brief ones are not sent. */
const coalesce = 200;

export interface AvailabilitiesEnds {
  agents(): PresentAgent[];
  /** A present agent; undefined if there is none with this id. */
  agent(id: string): PresentAgent | undefined;
  campaigns(): Readonly<Record<string, Routing>>;
  /** True if a campaign has reached its cap of waiting conversations. */
  isFull(campaign: string): boolean;
  tell(campaign: string, said: { state: Availability; count: number; full: boolean }): Promise<void>;
  /** An availability has changed. */
  changed(): void;
  arm(): void;
}

export class Availabilities implements Duty {
  readonly name = 'availability';
  readonly #registers: Registers<DispatcherRegisters>;
  readonly #host: Host;
  readonly #ends: AvailabilitiesEnds;
  #looking = false;
  /** By agent: the last known values that affect whether visitors are served. */
  readonly #known = new Map<string, string>();
  /** When the first unsent change was made. After a sleep it is 0, so the dispatcher sends at once. */
  #since = 0;

  constructor(registers: Registers<DispatcherRegisters>, host: Host, ends: AvailabilitiesEnds) {
    this.#registers = registers;
    this.#host = host;
    this.#ends = ends;
  }

  /** An agent or their load changed. A change without effect on visitors does not examine other agents. */
  agentChanged(id: string): void {
    const agent = this.#ends.agent(id);
    const receiving = agent !== undefined && receivesVisitors(agent);
    const now = receiving ? `${spaceOf(agent, 'live') > 0} ${agent.groups.join()}` : '';
    if (this.#known.get(id) === now) return;
    this.#known.set(id, now);
    this.touch();
  }

  /** A conversation of a campaign began or stopped waiting. Most such changes do not concern a lobby. */
  queueChanged(campaign: string): void {
    const known = this.#lobbies[campaign];
    if (known && (known.full ?? false) !== this.#ends.isFull(campaign)) this.touch();
  }

  /**
   * Agents, loads or rules have changed. Capacity may be freed and filled in one event: only the final result counts.
   */
  touch(): void {
    if (this.#looking) return;
    this.#looking = true;
    // Still within the event: the result is written together with its cause.
    queueMicrotask(() => {
      this.#looking = false;
      this.#look();
    });
  }

  /** The present availability for a queue. */
  of(queue: Parameters<typeof availabilityOf>[0]): Availability {
    return availabilityOf(queue, this.#ends.agents());
  }

  next(): number | null {
    return Object.values(this.#lobbies).some(({ told }) => !told) ? this.#since + coalesce : null;
  }

  /** A change during a report is reported again. */
  async run(): Promise<void> {
    const untold = Object.entries(this.#lobbies).filter(([, { told }]) => !told);
    const tellings = untold.map(async ([campaign, { state, count, full = false }]) => {
      await this.#ends.tell(campaign, { state, count, full });
      const now = this.#lobbies[campaign];
      if (now?.count === count)
        this.#registers.set('lobbies', { ...this.#lobbies, [campaign]: { ...now, told: true } });
    });
    // A lobby that cannot be reached delays no other; it is retried later.
    for (const telling of await Promise.allSettled(tellings))
      if (telling.status === 'rejected') throw telling.reason;
  }

  #look(): void {
    const lobbies = this.#lobbies;
    const agents = this.#ends.agents().filter((agent) => receivesVisitors(agent));
    const news: Record<string, Lobbies[string]> = {};
    for (const [campaign, routing] of Object.entries(this.#ends.campaigns())) {
      const state = availabilityOf({ routing, transferred: null }, agents);
      const full = this.#ends.isFull(campaign);
      const known = lobbies[campaign];
      if (known?.state === state && (known.full ?? false) === full) continue;
      news[campaign] = { state, count: (known?.count ?? 0) + 1, told: false, full };
    }
    if (Object.keys(news).length === 0) return;
    if (this.next() === null) this.#since = this.#host.now();
    this.#registers.set('lobbies', { ...lobbies, ...news });
    this.#ends.changed();
    this.#ends.arm();
  }

  get #lobbies(): Lobbies {
    return this.#registers.get('lobbies') ?? {};
  }
}
