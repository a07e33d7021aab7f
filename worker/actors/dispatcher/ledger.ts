/**
 * The one ledger of agents' capacity: the conversations that agents have, and those reserved for them while an agent
 * or the conversation is asked. Offered and reserved capacity counts as used, so two requests can never use the same.
 * It is also held in memory, because every event needs it.
 */
import type { ConversationType, FloorRow } from '#protocol';
import { all, type Sql } from '../../runtime/host.ts';
import type { Hold } from './storage.ts';

export type Load = Record<ConversationType, number>;

/** The capacity that a conversation uses: its owner's, and that of the next owner. */
interface Holds {
  active?: Hold;
  /** Offered or reserved. */
  pending?: Hold;
}

type Stored = Omit<Hold, 'terms'> & { terms: string | null };

export class Ledger {
  readonly #sql: Sql;
  readonly #holds = new Map<string, Holds>();
  readonly #loads = new Map<string, Load>();
  /** Pending offers, by conversation. */
  readonly #offers = new Map<string, Hold>();
  /** By agent and key. */
  readonly #agents = new Map<string, Map<string, Hold>>();
  /**
   * Called for each added or removed unit of capacity, because the agent's load changes; not for stored ones that are
   * read at first.
   */
  readonly #changed: (hold: Hold) => void;

  constructor(sql: Sql, changed: (hold: Hold) => void) {
    this.#sql = sql;
    this.#changed = changed;
    for (const { terms, ...row } of all<Stored>(sql.exec('SELECT * FROM places')))
      this.#index({ ...row, ...(terms !== null && { terms: JSON.parse(terms) as Hold['terms'] }) } as Hold);
  }

  /** The capacity that the owner uses for a conversation. */
  active(conversation: string): Hold | undefined {
    return this.#holds.get(conversation)?.active;
  }

  /** The capacity reserved for the agent who is asked to take a conversation. */
  pending(conversation: string): Hold | undefined {
    return this.#holds.get(conversation)?.pending;
  }

  /** The agents whose capacity a conversation uses or reserves. */
  holders(conversation: string): string[] {
    const { active, pending } = this.#holds.get(conversation) ?? {};
    return [active, pending].flatMap((hold) => hold?.agent ?? []);
  }

  all(): Hold[] {
    return [...this.#holds.values()].flatMap(({ active, pending }) => [active ?? [], pending ?? []].flat());
  }

  offers(): Hold[] {
    return [...this.#offers.values()];
  }

  /** All capacity that an agent uses: active, reserved and offered. */
  of(agent: string): Hold[] {
    return [...(this.#agents.get(agent)?.values() ?? [])];
  }

  /** A unit of capacity by its key. */
  at(key: string): Hold | undefined {
    const { active, pending } = this.#holds.get(key.split(' ', 1)[0] ?? '') ?? {};
    return [active, pending].find((hold) => hold && keyOf(hold) === key);
  }

  /** An agent's load. */
  load(agent: string): Readonly<Load> {
    return this.#loads.get(agent) ?? { live: 0, nrt: 0 };
  }

  isOffered(agent: string): boolean {
    return this.of(agent).some(({ state }) => state === 'offered');
  }

  holdsNothing(agent: string): boolean {
    const { live, nrt } = this.load(agent);
    return live + nrt === 0;
  }

  /** Reserves capacity, before anybody is asked. The generation must never have been used. */
  keep(hold: Hold): void {
    const { conversation, generation, agent, name, type, state, at, terms } = hold;
    this.#sql.exec(
      `INSERT INTO places (conversation, generation, agent, name, type, state, at, terms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[conversation, generation, agent, name, type, state, at],
      terms ? JSON.stringify(terms) : null,
    );
    this.#keep(hold);
  }

  /** An offer was accepted: from here on the conversation is asked, and only its answer frees the capacity. */
  reserve(hold: Hold, at: number): Hold {
    const reserved: Hold = { ...hold, state: 'reserved', at };
    this.#sql.exec(
      "UPDATE places SET state = 'reserved', at = ? WHERE conversation = ? AND generation = ?",
      ...[at, hold.conversation, hold.generation],
    );
    this.#drop(hold);
    this.#keep(reserved);
    return reserved;
  }

  /** The conversation changed its type, so its capacity does too. */
  retype(hold: Hold, type: ConversationType): Hold {
    const retyped: Hold = { ...hold, type };
    this.#sql.exec(
      'UPDATE places SET type = ? WHERE conversation = ? AND generation = ?',
      ...[type, hold.conversation, hold.generation],
    );
    this.#drop(hold);
    this.#keep(retyped);
    return retyped;
  }

  /** The conversation has accepted the agent. */
  activate(conversation: string, generation: number): void {
    const { pending, active } = this.#holds.get(conversation) ?? {};
    if (pending?.generation !== generation) return;
    if (active) this.#delete(active);
    this.#sql.exec(
      "UPDATE places SET state = 'active' WHERE conversation = ? AND generation = ?",
      ...[conversation, generation],
    );
    this.#drop(pending);
    this.#keep({ ...pending, state: 'active' });
  }

  /** Frees capacity that is only reserved or offered. */
  release(conversation: string, generation: number): void {
    const { pending } = this.#holds.get(conversation) ?? {};
    if (pending?.generation === generation) this.#delete(pending);
  }

  /**
   * The conversation has reported its owner, which is authoritative. A reservation of a later generation is still
   * being decided.
   */
  settle(row: Pick<FloorRow, 'id' | 'phase' | 'owner' | 'generation' | 'type'>, at: number): void {
    const { active, pending } = this.#holds.get(row.id) ?? {};
    const owned = row.phase === 'active' && row.owner;
    if (pending && (row.phase === 'closed' || pending.generation <= row.generation)) this.#delete(pending);
    if (!owned) {
      // A report from before the owner that we know of is out of date.
      if (active && active.generation <= row.generation) this.#delete(active);
      return;
    }
    if (active && active.generation > row.generation) return;
    if (active?.generation === row.generation && active.type === row.type) return;
    if (active) this.#delete(active);
    const { terms } = pending ?? {};
    this.keep({
      ...{ conversation: row.id, generation: row.generation, agent: owned.id, name: owned.name },
      ...{ type: row.type, state: 'active', at: active?.at ?? pending?.at ?? at },
      ...(terms && pending?.generation === row.generation && { terms }),
    });
  }

  #delete(hold: Hold): void {
    const { conversation, generation } = hold;
    this.#sql.exec('DELETE FROM places WHERE conversation = ? AND generation = ?', conversation, generation);
    this.#drop(hold);
  }

  #keep(hold: Hold): void {
    this.#index(hold);
    this.#changed(hold);
  }

  #index(hold: Hold): void {
    const holds = this.#holds.get(hold.conversation) ?? {};
    holds[hold.state === 'active' ? 'active' : 'pending'] = hold;
    this.#holds.set(hold.conversation, holds);
    if (hold.state === 'offered') this.#offers.set(hold.conversation, hold);
    const own = this.#agents.get(hold.agent) ?? new Map<string, Hold>();
    this.#agents.set(hold.agent, own.set(keyOf(hold), hold));
    this.#count(hold, 1);
  }

  #drop(hold: Hold): void {
    const holds = this.#holds.get(hold.conversation);
    if (!holds) return;
    if (hold.state === 'active') delete holds.active;
    else delete holds.pending;
    if (!holds.active && !holds.pending) this.#holds.delete(hold.conversation);
    if (hold.state === 'offered') this.#offers.delete(hold.conversation);
    const own = this.#agents.get(hold.agent);
    own?.delete(keyOf(hold));
    if (own?.size === 0) this.#agents.delete(hold.agent);
    this.#count(hold, -1);
    this.#changed(hold);
  }

  #count(hold: Hold, by: number): void {
    const { agent, type } = hold;
    const load = this.load(agent);
    this.#loads.set(agent, { ...load, [type]: load[type] + by });
  }
}

/** The key of a unit of capacity. */
export function keyOf({ conversation, generation }: Pick<Hold, 'conversation' | 'generation'>): string {
  return `${conversation} ${generation}`;
}
