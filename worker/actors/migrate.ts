/**
 * The schema of an actor's own storage: an append-only list of steps. A step that has shipped is never changed. Storage that holds
 * nothing stays empty until the actor has something to keep, so that a guessed name creates nothing.
 */
import { first, type Sql } from './host.ts';

/** How many steps this storage has had; 0 for one that holds nothing. */
function version(sql: Sql): number {
  const table = first(
    sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'"),
  );
  return table
    ? (first<{ version: number }>(sql.exec('SELECT version FROM schema_version'))?.version ?? 0)
    : 0;
}

/** True where the actor has kept something. Writes nothing. */
export function exists(sql: Sql): boolean {
  return version(sql) > 0;
}

/** Takes the storage to the latest version. */
export function migrate(sql: Sql, steps: readonly string[]): void {
  const done = version(sql);
  if (done === steps.length) return;
  for (const step of steps.slice(done)) sql.exec(step);
  sql.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)');
  sql.exec('DELETE FROM schema_version');
  sql.exec('INSERT INTO schema_version (version) VALUES (?)', steps.length);
}
