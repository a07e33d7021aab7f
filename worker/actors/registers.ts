/** Small named values beside a log: what an actor is called, and what is overwritten rather than told. */
import { all, type Sql } from './host.ts';

/** The first table of every actor (migrate.ts). */
export const registersTable =
  'CREATE TABLE IF NOT EXISTS registers (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID';

/** The actor names the registers and their shapes. Read once, when first asked, and kept. */
export class Registers<Shape extends Record<string, unknown>> {
  readonly #sql: Sql;
  #values: Map<string, unknown> | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  get<K extends keyof Shape & string>(name: K): Shape[K] | undefined {
    return this.#all().get(name) as Shape[K] | undefined;
  }

  set<K extends keyof Shape & string>(name: K, value: Shape[K]): void {
    this.#all().set(name, value);
    this.#sql.exec(
      'INSERT INTO registers (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      name,
      JSON.stringify(value),
    );
  }

  delete(name: keyof Shape & string): void {
    this.#all().delete(name);
    this.#sql.exec('DELETE FROM registers WHERE name = ?', name);
  }

  #all(): Map<string, unknown> {
    if (this.#values) return this.#values;
    const rows = all<{ name: string; value: string }>(this.#sql.exec('SELECT name, value FROM registers'));
    this.#values = new Map(rows.map(({ name, value }) => [name, JSON.parse(value) as unknown]));
    return this.#values;
  }
}
