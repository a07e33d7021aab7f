/**
 * Cached routing and visibility settings of an account and its campaigns, so that no decision waits for D1. A change
 * is announced before and after it, so a crash in between costs only seconds.
 */
import { defaultRouting, type Account, type Campaign, type Routing } from '#protocol';
import type { Duty } from '../../runtime/alarm.ts';
import type { Host } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import type { DispatcherRegisters } from './storage.ts';

/** How long a change of the account or a campaign may take, in milliseconds. */
const rereadAfter = 3_000;

export type AccountRules = Pick<
  Account,
  'sees' | 'assignment' | 'offerSeconds' | 'missedLimit' | 'offlineProcessing'
>;
export interface KnownRules extends AccountRules {
  readonly campaigns: Readonly<Record<string, Routing>>;
}

const unread: KnownRules = {
  ...{ sees: 'all', assignment: 'manual', offerSeconds: 30, missedLimit: null, offlineProcessing: false },
  campaigns: {},
};

export interface RulesEnds {
  read(): Promise<{ account: Account | null; campaigns: readonly Campaign[] }>;
  changed(before: KnownRules, after: KnownRules): void;
  arm(): void;
}

export class Rules implements Duty {
  readonly name = 'reread';
  readonly #registers: Registers<DispatcherRegisters>;
  readonly #host: Host;
  readonly #ends: RulesEnds;
  #now: KnownRules;
  /** Campaigns that were requested and are still unknown. */
  readonly #sought = new Set<string>();

  constructor(registers: Registers<DispatcherRegisters>, host: Host, ends: RulesEnds) {
    this.#registers = registers;
    this.#host = host;
    this.#ends = ends;
    this.#now = registers.get('rules') ?? { ...unread, sees: registers.get('sees') ?? 'all' };
  }

  get now(): KnownRules {
    return this.#now;
  }

  /** A campaign that is not known yet is requested; until it arrives, all agents are candidates. */
  routingOf(campaign: string): Routing {
    const known = this.#now.campaigns[campaign];
    if (known) return known;
    if (!this.#sought.has(campaign) && this.#now.assignment !== 'manual') {
      this.#sought.add(campaign);
      this.#registers.set('rereadAt', this.#host.now());
      this.#ends.arm();
    }
    return defaultRouting;
  }

  next(): number | null {
    return this.#registers.get('rereadAt') ?? (this.#registers.get('rules') ? null : 0);
  }

  run(): Promise<void> {
    return this.reread();
  }

  /** Called before a change of the settings … */
  expectChange(): void {
    this.#registers.set('rereadAt', this.#host.now() + rereadAfter);
    this.#ends.arm();
  }

  /** … and after it. */
  async reread(): Promise<void> {
    const { account, campaigns } = await this.#ends.read();
    const { sees, assignment, offerSeconds, missedLimit, offlineProcessing } = account ?? unread;
    const before = this.#now;
    this.#now = {
      ...{ sees, assignment, offerSeconds, missedLimit, offlineProcessing },
      campaigns: Object.fromEntries(campaigns.map(({ id, settings }) => [id, settings.routing])),
    };
    this.#registers.set('rules', this.#now);
    this.#ends.changed(before, this.#now);
    // Last, so that a failure above is retried.
    this.#registers.delete('rereadAt');
  }
}
