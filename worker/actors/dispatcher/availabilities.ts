/**
 * Tells each campaign's lobby whether a visitor finds somebody, where that has changed. What is to be said stands in a register
 * before it is said, under a rising count: so it is said whoever dies on the way, and an old word never undoes a newer.
 */
import { availabilityOf, receivesVisitors, type PresentAgent } from '#domain/floor/availability';
import { spaceOf } from '#domain/routing/routing';
import type { Availability, Routing } from '#protocol';
import type { Duty } from '../../runtime/alarm.ts';
import type { Host } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import type { DispatcherRegisters, Lobbies } from './storage.ts';

/** What comes and goes within so long is not told, in milliseconds. */
const coalesce = 200;

export interface AvailabilitiesEnds {
  agents(): PresentAgent[];
  /** A present agent; undefined if there is none with this id. */
  agent(id: string): PresentAgent | undefined;
  campaigns(): Readonly<Record<string, Routing>>;
  /** Whether a campaign has as many waiting conversations as it may have. */
  isFull(campaign: string): boolean;
  tell(campaign: string, said: { state: Availability; count: number; full: boolean }): Promise<void>;
  /** Something is different now. */
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
  /** When the first of what is untold came; a dispatcher that has slept meanwhile tells at once. */
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

  /** A conversation of a campaign began or ended to wait. Most such changes are none to a lobby. */
  queueChanged(campaign: string): void {
    const known = this.#lobbies[campaign];
    if (known && (known.full ?? false) !== this.#ends.isFull(campaign)) this.touch();
  }

  /** Agents, loads or rules have changed. A place may be freed and filled in one act: only what comes of all of it counts. */
  touch(): void {
    if (this.#looking) return;
    this.#looking = true;
    // Still within the event: what it finds is written together with what caused it.
    queueMicrotask(() => {
      this.#looking = false;
      this.#look();
    });
  }

  /** How it is for a line, now. */
  of(line: Parameters<typeof availabilityOf>[0]): Availability {
    return availabilityOf(line, this.#ends.agents());
  }

  next(): number | null {
    return Object.values(this.#lobbies).some(({ told }) => !told) ? this.#since + coalesce : null;
  }

  /** What changes while it is told is told again. */
  async run(): Promise<void> {
    const untold = Object.entries(this.#lobbies).filter(([, { told }]) => !told);
    const tellings = untold.map(async ([campaign, { state, count, full = false }]) => {
      await this.#ends.tell(campaign, { state, count, full });
      const now = this.#lobbies[campaign];
      if (now?.count === count)
        this.#registers.set('lobbies', { ...this.#lobbies, [campaign]: { ...now, told: true } });
    });
    // One lobby that can't be told keeps no other from hearing; it is told later.
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
