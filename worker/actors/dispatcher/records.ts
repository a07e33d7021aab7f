/**
 * Routing's memory beside the ledger: which agents had their chance at a conversation, whose turn it was last, and
 * each decision with its reasons.
 */
import type { Chance, PassedOver } from '#domain/routing/routing';
import type { Decision, FloorRow } from '#protocol';
import type { Duty } from '../../runtime/alarm.ts';
import { all, first, type Sql } from '../../runtime/host.ts';

/** How long decisions are stored, in milliseconds … */
const keptFor = 30 * 86_400_000;
/** … how soon after that they are deleted: at most one alarm a day … */
const sweptWithin = 86_400_000;
/** … and how many rows each run deletes. */
const sweptAtOnce = 1_000;
/** For each reason this many agents are named; the rest is a number. */
const namedEach = 50;

/** Stored for a conversation that is not closed. */
interface Wait {
  /** The highest generation that was ever issued for it. */
  readonly generation: number;
  readonly chances: readonly Chance[];
}
const noWait: Wait = { generation: 0, chances: [] };

/** Stored for an agent. */
export interface Standing {
  readonly givenAt: number;
  /** Offers in a row that they did not answer. */
  readonly missed: number;
}
const newStanding: Standing = { givenAt: 0, missed: 0 };

/** Agents by the reason for which they were passed over. */
export type Reasons = Record<string, { agents: string[]; more: number }>;

type Without<D> = D extends Decision ? Omit<D, 'at'> : never;

export class Records implements Duty {
  readonly name = 'decisions';
  readonly #sql: Sql;
  readonly #waits = new Map<string, Wait>();
  readonly #standings = new Map<string, Standing>();
  readonly #turns = new Map<string, string>();
  readonly #standingChanged: (agent: string) => void;
  /** The time of the oldest decision, null if there is none; undefined until it is read. */
  #oldest: number | null | undefined;

  constructor(sql: Sql, standingChanged: (agent: string) => void) {
    this.#sql = sql;
    this.#standingChanged = standingChanged;
    for (const { conversation, wait } of all<{ conversation: string; wait: string }>(
      sql.exec('SELECT conversation, wait FROM waits'),
    ))
      this.#waits.set(conversation, JSON.parse(wait) as Wait);
    for (const { agent, given_at, missed } of all<{ agent: string; given_at: number; missed: number }>(
      sql.exec('SELECT agent, given_at, missed FROM standings'),
    ))
      this.#standings.set(agent, { givenAt: given_at, missed });
    for (const { level, agent } of all<{ level: string; agent: string }>(
      sql.exec('SELECT level, agent FROM turns'),
    ))
      this.#turns.set(level, agent);
  }

  /** A generation that was never used. */
  nextGeneration(row: FloorRow): number {
    const wait = this.#waits.get(row.id) ?? noWait;
    const generation = Math.max(row.generation, wait.generation) + 1;
    this.#setWait(row.id, { ...wait, generation });
    return generation;
  }

  chances(conversation: string): readonly Chance[] {
    return this.#waits.get(conversation)?.chances ?? [];
  }

  /** An agent declined, missed or returned a conversation, or did not reply in it. */
  hadChance(conversation: string, chance: Chance): void {
    const wait = this.#waits.get(conversation) ?? noWait;
    const others = wait.chances.filter(({ agent }) => agent !== chance.agent);
    this.#setWait(conversation, { ...wait, chances: [...others, chance] });
  }

  /** The conversation is closed. */
  forget(conversation: string): void {
    if (!this.#waits.delete(conversation)) return;
    this.#sql.exec('DELETE FROM waits WHERE conversation = ?', conversation);
  }

  standing(agent: string): Standing {
    return this.#standings.get(agent) ?? newStanding;
  }

  setStanding(agent: string, change: Partial<Standing>): void {
    const before = this.standing(agent);
    const standing = { ...before, ...change };
    if (standing.givenAt === before.givenAt && standing.missed === before.missed) return;
    this.#standings.set(agent, standing);
    this.#sql.exec(
      'INSERT OR REPLACE INTO standings (agent, given_at, missed) VALUES (?, ?, ?)',
      ...[agent, standing.givenAt, standing.missed],
    );
    if (standing.missed !== before.missed) this.#standingChanged(agent);
  }

  /** The agent who had the last turn, by the ids of a campaign's routing levels. */
  turns(campaign: string): ReadonlyMap<string, string> {
    const prefix = `${campaign}:`;
    return new Map(
      [...this.#turns].flatMap(([key, agent]) =>
        key.startsWith(prefix) ? [[key.slice(prefix.length), agent] as const] : [],
      ),
    );
  }

  tookTurn(campaign: string, level: string, agent: string): void {
    this.#turns.set(`${campaign}:${level}`, agent);
    this.#sql.exec(
      'INSERT OR REPLACE INTO turns (level, agent) VALUES (?, ?)',
      `${campaign}:${level}`,
      agent,
    );
  }

  decided(conversation: string, decision: Without<Decision>, at: number): void {
    this.#sql.exec(
      'INSERT INTO decisions (conversation, at, decision) VALUES (?, ?, ?)',
      ...[conversation, at, JSON.stringify(decision)],
    );
    this.#oldest ??= at;
  }

  /** When decisions can be deleted. Computed from the oldest row, so it survives an eviction. */
  next(): number | null {
    this.#oldest ??= this.#readOldest();
    return this.#oldest === null ? null : this.#oldest + keptFor + sweptWithin;
  }

  /** Deletes expired rows, the oldest first, by key. If any are left, the next run is due at once. */
  run(now: number): void {
    const { last } = first<{ last: number | null }>(
      this.#sql.exec(
        'SELECT max(seq) AS last FROM (SELECT seq, at FROM decisions ORDER BY seq LIMIT ?) WHERE at <= ?',
        ...[sweptAtOnce, now - keptFor],
      ),
    ) ?? { last: null };
    if (last !== null) this.#sql.exec('DELETE FROM decisions WHERE seq <= ?', last);
    this.#oldest = this.#readOldest();
  }

  #readOldest(): number | null {
    const rows = this.#sql.exec('SELECT at FROM decisions ORDER BY seq LIMIT 1');
    return first<{ at: number }>(rows)?.at ?? null;
  }

  /** The decisions about a conversation, in order. */
  decisionsOf(conversation: string): Decision[] {
    const rows = this.#sql.exec(
      'SELECT at, decision FROM decisions WHERE conversation = ? ORDER BY seq',
      conversation,
    );
    return all<{ at: number; decision: string }>(rows).map(({ at, decision }) => ({
      ...(JSON.parse(decision) as Without<Decision>),
      at,
    }));
  }

  /** The last decision of a conversation. */
  lastOf(conversation: string): string | undefined {
    const rows = this.#sql.exec(
      'SELECT decision FROM decisions WHERE conversation = ? ORDER BY seq DESC LIMIT 1',
      conversation,
    );
    return first<{ decision: string }>(rows)?.decision;
  }

  #setWait(conversation: string, wait: Wait): void {
    this.#waits.set(conversation, wait);
    this.#sql.exec(
      'INSERT OR REPLACE INTO waits (conversation, wait) VALUES (?, ?)',
      conversation,
      JSON.stringify(wait),
    );
  }
}

/** Groups the agents passed over by reason, so that one reason of five hundred agents is stored once. */
export function reasonsOf(passedOver: readonly PassedOver[]): Reasons {
  const reasons: Reasons = {};
  for (const { agent, why } of passedOver) {
    const entry = (reasons[why] ??= { agents: [], more: 0 });
    if (entry.agents.length < namedEach) entry.agents.push(agent);
    else entry.more++;
  }
  return reasons;
}
