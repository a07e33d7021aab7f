/** The registry of all conversations of the account, closed ones too: what a rebuild of the history goes through. */
import { all, first, type Sql } from '../../runtime/host.ts';

export class Registry {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  has(id: string): boolean {
    return first(this.#sql.exec('SELECT 1 FROM registry WHERE id = ?', id)) !== undefined;
  }

  add(id: string, startedAt: number): void {
    this.#sql.exec(
      'INSERT INTO registry (id, started_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
      id,
      startedAt,
    );
  }

  /** A page of ids, in order. */
  page(after: string | null, limit: number): string[] {
    const query = 'SELECT id FROM registry WHERE id > ? ORDER BY id LIMIT ?';
    return all<{ id: string }>(this.#sql.exec(query, after ?? '', limit)).map((row) => row.id);
  }
}
