/**
 * The one ledger of places. A place is reserved under a generation before the conversation is asked, and freed only by what the
 * conversation says: never by the clock alone.
 */
import type { AgentParty, FloorRow } from '#protocol';
import { all, first, type Sql } from '../host.ts';
import type { Place } from './storage.ts';

export class Ledger {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  of(conversation: string): Place | undefined {
    return first<Place>(this.#sql.exec('SELECT * FROM places WHERE conversation = ?', conversation));
  }

  all(): Place[] {
    return all<Place>(this.#sql.exec('SELECT * FROM places'));
  }

  /** How many places an agent fills, reserved ones counted. */
  load(agent: string): number {
    return this.all().filter((place) => place.agent === agent).length;
  }

  reserve(conversation: string, agent: AgentParty, generation: number, at: number): void {
    this.#put({ conversation, agent: agent.id, name: agent.name, generation, state: 'reserved', at });
  }

  activate(conversation: string, generation: number): void {
    this.#sql.exec(
      "UPDATE places SET state = 'active' WHERE conversation = ? AND generation = ? AND state = 'reserved'",
      conversation,
      generation,
    );
  }

  /** Gives up a reservation that the conversation has refused. */
  release(conversation: string, generation: number): void {
    this.#sql.exec(
      "DELETE FROM places WHERE conversation = ? AND generation = ? AND state = 'reserved'",
      conversation,
      generation,
    );
  }

  /** The conversation has said who owns it: that is how it is. A reservation of a later generation is still under way. */
  settle(row: FloorRow, at: number): void {
    const place = this.of(row.id);
    if (row.phase !== 'closed' && place && place.generation > row.generation) return;
    if (row.phase === 'active' && row.owner) {
      if (place?.state === 'active' && place.generation === row.generation) return;
      const { id: agent, name } = row.owner;
      this.#put({
        conversation: row.id,
        agent,
        name,
        generation: row.generation,
        state: 'active',
        at: place?.at ?? at,
      });
    } else if (place) {
      this.#sql.exec('DELETE FROM places WHERE conversation = ?', row.id);
    }
  }

  #put(place: Place): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO places (conversation, agent, name, generation, state, at) VALUES (?, ?, ?, ?, ?, ?)',
      place.conversation,
      place.agent,
      place.name,
      place.generation,
      place.state,
      place.at,
    );
  }
}
