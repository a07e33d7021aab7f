/**
 * The one ledger of agents' capacity: the conversations that agents have, and those reserved for them while an agent
 * or the conversation is asked. Offered and reserved capacity counts as used, so two requests can never use the same.
 * It is also held in memory, because every event needs it.
 */
import type { ConversationType, FloorRow } from '#protocol';
import { all, type Sql } from '../../runtime/host.ts';
import type { Place } from './storage.ts';

export type Load = Record<ConversationType, number>;

/** The capacity that a conversation uses: its owner's, and that of the next owner. */
interface Held {
  active?: Place;
  /** Offered or reserved. */
  pending?: Place;
}

type Stored = Omit<Place, 'terms'> & { terms: string | null };

export class Ledger {
  readonly #sql: Sql;
  readonly #held = new Map<string, Held>();
  readonly #loads = new Map<string, Load>();
  /** Pending offers, by conversation. */
  readonly #offers = new Map<string, Place>();
  /** By agent and key. */
  readonly #agents = new Map<string, Map<string, Place>>();
  /** Called for each added or removed unit of capacity, because the agent's load changes. */
  readonly #changed: (place: Place) => void;

  constructor(sql: Sql, changed: (place: Place) => void) {
    this.#sql = sql;
    this.#changed = () => undefined;
    for (const { terms, ...row } of all<Stored>(sql.exec('SELECT * FROM places')))
      this.#keep({ ...row, ...(terms !== null && { terms: JSON.parse(terms) as Place['terms'] }) } as Place);
    this.#changed = changed;
  }

  /** The capacity that the owner uses for a conversation. */
  active(conversation: string): Place | undefined {
    return this.#held.get(conversation)?.active;
  }

  /** The capacity reserved for the agent who is asked to take a conversation. */
  pending(conversation: string): Place | undefined {
    return this.#held.get(conversation)?.pending;
  }

  /** The agents whose capacity a conversation uses or reserves. */
  holders(conversation: string): string[] {
    const { active, pending } = this.#held.get(conversation) ?? {};
    return [active, pending].flatMap((place) => place?.agent ?? []);
  }

  all(): Place[] {
    return [...this.#held.values()].flatMap(({ active, pending }) => [active ?? [], pending ?? []].flat());
  }

  offers(): Place[] {
    return [...this.#offers.values()];
  }

  /** All capacity that an agent uses: active, reserved and offered. */
  of(agent: string): Place[] {
    return [...(this.#agents.get(agent)?.values() ?? [])];
  }

  /** A unit of capacity by its key. */
  at(key: string): Place | undefined {
    const { active, pending } = this.#held.get(key.split(' ', 1)[0] ?? '') ?? {};
    return [active, pending].find((place) => place && keyOf(place) === key);
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
  keep(place: Place): void {
    const { conversation, generation, agent, name, type, state, at, terms } = place;
    this.#sql.exec(
      `INSERT INTO places (conversation, generation, agent, name, type, state, at, terms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[conversation, generation, agent, name, type, state, at],
      terms ? JSON.stringify(terms) : null,
    );
    this.#keep(place);
  }

  /** An offer was accepted: from here on the conversation is asked, and only its answer frees the capacity. */
  reserve(place: Place, at: number): Place {
    const reserved: Place = { ...place, state: 'reserved', at };
    this.#sql.exec(
      "UPDATE places SET state = 'reserved', at = ? WHERE conversation = ? AND generation = ?",
      ...[at, place.conversation, place.generation],
    );
    this.#drop(place);
    this.#keep(reserved);
    return reserved;
  }

  /** The conversation changed its type, so its capacity does too. */
  retype(place: Place, type: ConversationType): Place {
    const retyped: Place = { ...place, type };
    this.#sql.exec(
      'UPDATE places SET type = ? WHERE conversation = ? AND generation = ?',
      ...[type, place.conversation, place.generation],
    );
    this.#drop(place);
    this.#keep(retyped);
    return retyped;
  }

  /** The conversation has accepted the agent. */
  activate(conversation: string, generation: number): void {
    const { pending, active } = this.#held.get(conversation) ?? {};
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
    const { pending } = this.#held.get(conversation) ?? {};
    if (pending?.generation === generation) this.#delete(pending);
  }

  /**
   * The conversation has reported its owner, which is authoritative. A reservation of a later generation is still
   * being decided.
   */
  settle(row: Pick<FloorRow, 'id' | 'phase' | 'owner' | 'generation' | 'type'>, at: number): void {
    const { active, pending } = this.#held.get(row.id) ?? {};
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

  #delete(place: Place): void {
    const { conversation, generation } = place;
    this.#sql.exec('DELETE FROM places WHERE conversation = ? AND generation = ?', conversation, generation);
    this.#drop(place);
  }

  #keep(place: Place): void {
    const held = this.#held.get(place.conversation) ?? {};
    held[place.state === 'active' ? 'active' : 'pending'] = place;
    this.#held.set(place.conversation, held);
    if (place.state === 'offered') this.#offers.set(place.conversation, place);
    const own = this.#agents.get(place.agent) ?? new Map<string, Place>();
    this.#agents.set(place.agent, own.set(keyOf(place), place));
    this.#count(place, 1);
  }

  #drop(place: Place): void {
    const held = this.#held.get(place.conversation);
    if (!held) return;
    if (place.state === 'active') delete held.active;
    else delete held.pending;
    if (!held.active && !held.pending) this.#held.delete(place.conversation);
    if (place.state === 'offered') this.#offers.delete(place.conversation);
    const own = this.#agents.get(place.agent);
    own?.delete(keyOf(place));
    if (own?.size === 0) this.#agents.delete(place.agent);
    this.#count(place, -1);
  }

  #count(place: Place, by: number): void {
    const { agent, type } = place;
    const load = this.load(agent);
    this.#loads.set(agent, { ...load, [type]: load[type] + by });
    this.#changed(place);
  }
}

/** The key of a unit of capacity. */
export function keyOf({ conversation, generation }: Pick<Place, 'conversation' | 'generation'>): string {
  return `${conversation} ${generation}`;
}
