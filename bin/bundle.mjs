import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { assets, at, built } from './paths.mjs';
import { run } from './run.mjs';

export const mainEntry = 'worker/server.ts';

/** @param {string} entry */
export const bundleFolder = (entry) =>
  path.join(built, entry === mainEntry ? 'worker' : entry.replace(/\.ts$/, '').replace(/[^\w]+/g, '-'));

/**
 * Bundles an entry as a deployment would, and stores the options that a start needs: loading wrangler to read its
 * config takes longer than starting the server.
 * @param {{ entry?: string, log?: (line: string) => void }} options
 */
export async function bundleWorker({ entry = mainEntry, log = console.log }) {
  log(entry === mainEntry ? 'Bundling the worker' : `Bundling ${entry}`);
  const folder = bundleFolder(entry);
  const next = `${folder}.next`;
  rmSync(next, { recursive: true, force: true });
  // wrangler reads the assets folder, which may not be built yet.
  mkdirSync(assets, { recursive: true });
  const [options] = await Promise.all([
    readOptions(),
    // wrangler.toml makes wrangler run the build first, and this is that build.
    run('wrangler', ['deploy', entry, '--dry-run', '--outdir', next], { env: { PARLEY_BUNDLING: 'true' } }),
  ]);
  writeFileSync(path.join(next, 'options.json'), JSON.stringify(options));
  rmSync(folder, { recursive: true, force: true });
  renameSync(next, folder);
}

/**
 * Data folders use this id for the database, whatever id wrangler.toml has for Cloudflare: otherwise the first
 * deployment, which writes an id, would leave this machine with an empty database.
 */
const localDatabase = { DB: { id: '00000000-0000-0000-0000-000000000000' } };

/** Reads the parts of wrangler's config that a start needs. */
export async function readOptions(file = at('wrangler.toml')) {
  const { unstable_getMiniflareWorkerOptions, unstable_readConfig, unstable_splitSqlQuery } =
    await import('wrangler');
  const config = unstable_readConfig({ config: file }, { hideWarnings: true });
  /** @type {{ workerOptions: any }} */
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config);
  /** @type {{ binding: string, migrations_dir?: string }[]} */
  const configured = config.d1_databases;
  const databases = configured
    .filter((database) => database.migrations_dir)
    .map((database) => ({
      binding: database.binding,
      migrations: readMigrations(at(database.migrations_dir ?? ''), unstable_splitSqlQuery),
    }));
  const worker = { ...workerOptions, d1Databases: { ...workerOptions.d1Databases, ...localDatabase } };
  return { name: config.name ?? 'parley', worker, databases };
}

/** @param {string} folder @param {(sql: string) => string[]} split */
function readMigrations(folder, split) {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((file) => file.isFile() && file.name.endsWith('.sql'))
    .map((file) => file.name)
    .sort();
  return files.map((name) => ({ name, statements: split(readFileSync(path.join(folder, name), 'utf8')) }));
}
