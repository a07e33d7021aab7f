/** Small named values beside a log: what an actor is called, and what is overwritten rather than told. */
import { first, type Sql } from './host.ts';

/** For an actor's list of migrations. */
export const registersTable =
  'CREATE TABLE registers (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID';

/** The actor names the registers and their shapes. */
export class Registers<Shape extends Record<string, unknown>> {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  get<K extends keyof Shape & string>(name: K): Shape[K] | undefined {
    const row = first<{ value: string }>(this.#sql.exec('SELECT value FROM registers WHERE name = ?', name));
    return row && (JSON.parse(row.value) as Shape[K]);
  }

  set<K extends keyof Shape & string>(name: K, value: Shape[K]): void {
    this.#sql.exec(
      'INSERT INTO registers (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      name,
      JSON.stringify(value),
    );
  }

  delete(name: keyof Shape & string): void {
    this.#sql.exec('DELETE FROM registers WHERE name = ?', name);
  }
}
