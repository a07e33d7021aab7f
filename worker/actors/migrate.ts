/**
 * The schema of an actor's own storage: an append-only list of steps. A step that has shipped is never changed. Storage that holds
 * nothing stays empty until the actor has something to keep, so that a guessed name creates nothing.
 */
import { first, type Sql } from './host.ts';
import { registersTable } from './registers.ts';

/** How many steps this storage has had; 0 for one that holds nothing. */
function version(sql: Sql): number {
  const table = first(sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'registers'"));
  if (!table) return 0;
  const row = first<{ value: string }>(sql.exec("SELECT value FROM registers WHERE name = 'schema'"));
  return row ? Number(row.value) : 0;
}

/** True where the actor has kept something. Writes nothing. */
export function exists(sql: Sql): boolean {
  return version(sql) > 0;
}

/**
 * Takes the storage to the latest version. The registers are there before the first step, and hold the version.
 * @returns false where the storage holds nothing and `begin` is not asked for
 */
export function migrate(sql: Sql, steps: readonly string[], begin = true): boolean {
  const done = version(sql);
  if (done === 0 && !begin) return false;
  if (done === steps.length) return true;
  sql.exec([registersTable, ...steps.slice(done)].join(';'));
  sql.exec(
    "INSERT INTO registers (name, value) VALUES ('schema', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    String(steps.length),
  );
  return true;
}
