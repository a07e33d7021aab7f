/**
 * Applies what a database lacks and keeps the same record as `wrangler d1 migrations apply`, so that either tool can
 * go on where the other stopped.
 * @param {any} database
 * @param {{ name: string, statements: string[] }[]} migrations
 * @param {(line: string) => void} log
 */
export async function applyMigrations(database, migrations, log) {
  await database
    .prepare(
      `CREATE TABLE IF NOT EXISTS d1_migrations(
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT UNIQUE,
        applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
      )`,
    )
    .run();
  const { results } = await database.prepare('SELECT name FROM d1_migrations').all();
  const applied = new Set(results.map((/** @type {{ name: string }} */ row) => row.name));
  for (const { name, statements } of migrations) {
    if (applied.has(name)) continue;
    log(`Applying migration ${name}`);
    // One batch is one transaction: a migration is applied whole, with its record, or not at all.
    await database.batch([
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name),
    ]);
  }
}
