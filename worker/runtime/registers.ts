/** Small named values beside a log: an actor's names, and values that are overwritten rather than logged. */
import { all, type Sql } from './host.ts';

/** The first table of every actor (migrate.ts). */
export const registersTable =
  'CREATE TABLE IF NOT EXISTS registers (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID';

/** The actor names the registers and their shapes. They are read once, all together, and cached. */
export class Registers<Shape extends Record<string, unknown>> {
  readonly #sql: Sql;
  readonly #values: Map<string, unknown>;

  constructor(sql: Sql, values = new Map<string, unknown>()) {
    this.#sql = sql;
    this.#values = values;
  }

  /** Reads them; undefined if this storage has none. */
  static read<Shape extends Record<string, unknown>>(sql: Sql): Registers<Shape> | undefined {
    try {
      const rows = all<{ name: string; value: string }>(sql.exec('SELECT name, value FROM registers'));
      return new Registers(sql, new Map(rows.map(({ name, value }) => [name, JSON.parse(value) as unknown])));
    } catch (error) {
      // Checking for the table first would cost every wake another query.
      if (String(error).includes('no such table')) return undefined;
      throw error;
    }
  }

  get<K extends keyof Shape & string>(name: K): Shape[K] | undefined {
    return this.#values.get(name) as Shape[K] | undefined;
  }

  set<K extends keyof Shape & string>(name: K, value: Shape[K]): void {
    this.#values.set(name, value);
    this.#sql.exec(
      'INSERT INTO registers (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      name,
      JSON.stringify(value),
    );
  }

  delete(name: keyof Shape & string): void {
    this.#values.delete(name);
    this.#sql.exec('DELETE FROM registers WHERE name = ?', name);
  }
}
