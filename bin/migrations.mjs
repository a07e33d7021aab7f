import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from 'miniflare';
import { makeFolder } from './folders.mjs';

/**
 * @typedef {object} Storage the databases of a server, and the migrations that they should have
 * @property {string} state the folder
 * @property {Record<string, string>} bindings ids of the databases, by binding
 * @property {{ binding: string, migrations: { name: string, statements: string[] }[] }[]} databases
 * @property {(line: string) => void} log
 */

/**
 * Updates the databases before a server listens, so that no request meets a missing table. Applied migrations are
 * noted in a file beside the databases: a later start with nothing to apply runs no query, and works while a database
 * is locked.
 * @param {Storage} storage
 * @param {() => void} onRuntime called once a runtime of its own runs, which must not outlive this process
 */
export async function migrateBeforeStart(storage, onRuntime) {
  if (isNoted(storage)) return;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: 'migrations',
      modules: [{ type: 'ESModule', path: 'migrations.mjs', contents: 'export default {};' }],
      d1Databases: storage.bindings,
      cf: false,
      telemetry: { enabled: false },
      resourcePersistencePath: storage.state,
      log: new Log(LogLevel.ERROR),
      // The runtime prints a stack trace for each try; the errors themselves are returned as answers.
      handleStructuredLogs: () => {},
    }),
  );
  try {
    await miniflare.ready;
    onRuntime();
    await migrate(miniflare, storage);
  } finally {
    await miniflare.dispose();
  }
}

/** Milliseconds for which an unresponsive database is retried. */
const patience = 60_000;

/** @param {Miniflare} miniflare with these databases @param {Storage} storage */
export async function migrate(miniflare, storage) {
  for (let waited = 0; ; waited += 500) {
    try {
      for (const { binding, migrations } of storage.databases)
        await applyMigrations(await miniflare.getD1Database(binding), migrations, storage.log);
      return note(storage);
    } catch (error) {
      // D1 reports a locked file as an internal error.
      if (!/locked|busy|internal error/i.test(String(error))) throw error;
      if (waited === 0)
        storage.log('The database does not answer. It may be locked by another program; retrying.');
      if (waited >= patience)
        throw new Error(`The database in ${storage.state} does not answer.`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

const noteOf = (/** @type {Storage} */ { state }) => path.join(state, 'migrations.json');

/** @param {Storage} storage */
const wanted = ({ databases }) =>
  JSON.stringify(databases.map(({ binding, migrations }) => [binding, migrations.map(({ name }) => name)]));

/** @param {Storage} storage */
const isNoted = (storage) =>
  existsSync(noteOf(storage)) && readFileSync(noteOf(storage), 'utf8') === wanted(storage);

/** @param {Storage} storage */
function note(storage) {
  makeFolder(storage.state);
  writeFileSync(noteOf(storage), wanted(storage));
}

/**
 * Applies the migrations that a database lacks, and keeps the same record as `wrangler d1 migrations apply`, so that
 * either tool can continue after the other.
 * @param {any} database
 * @param {{ name: string, statements: string[] }[]} migrations
 * @param {(line: string) => void} log
 */
async function applyMigrations(database, migrations, log) {
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
    // A batch is one transaction: a migration is applied whole, with its record, or not at all.
    await database.batch([
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name),
    ]);
  }
}
