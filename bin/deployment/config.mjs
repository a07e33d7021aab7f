import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Stopped } from './exec.mjs';

/**
 * The Cloudflare resources and settings that wrangler.toml declares.
 * @typedef {object} Config
 * @property {string} file
 * @property {string} worker
 * @property {string | undefined} accountId
 * @property {{ name: string, id: string | undefined, migrations: boolean }[]} databases
 * @property {{ name: string, jurisdiction: string | undefined }[]} buckets
 * @property {string[]} queues
 * @property {Record<string, unknown>} vars
 */

/** @param {string} folder @returns {Promise<Config>} */
export async function readConfig(folder) {
  const { unstable_readConfig } = await import('wrangler');
  const file = path.join(folder, 'wrangler.toml');
  /** @type {any} */
  let raw;
  try {
    raw = unstable_readConfig({ config: file }, { hideWarnings: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\s+/g, ' ').trim() : String(error);
    throw new Stopped(`${file} can’t be read; fix it: ${reason}`);
  }
  const producers = raw.queues?.producers ?? [];
  const consumers = raw.queues?.consumers ?? [];
  return {
    file,
    worker: raw.name ?? 'parley',
    accountId: raw.account_id,
    databases: raw.d1_databases.map((/** @type {any} */ database) => ({
      name: database.database_name ?? database.binding,
      id: isPlaceholder(database.database_id) ? undefined : database.database_id,
      migrations: database.migrations_dir !== undefined,
    })),
    buckets: raw.r2_buckets.map((/** @type {any} */ bucket) => ({
      name: bucket.bucket_name,
      jurisdiction: bucket.jurisdiction,
    })),
    queues: [...new Set([...producers, ...consumers].map(({ queue }) => queue))],
    vars: raw.vars,
  };
}

/** Earlier versions of wrangler.toml had an id of zeros. @param {unknown} id */
const isPlaceholder = (id) => typeof id !== 'string' || /^[0-]*$/.test(id);

/**
 * Writes a database's id into wrangler.toml and leaves the rest of the file unchanged, comments included.
 * @param {Config} config @param {string} name @param {string} id
 */
export async function writeDatabaseId(config, name, id) {
  writeFileSync(config.file, withDatabaseId(readFileSync(config.file, 'utf8'), name, id));
  const { databases } = await readConfig(path.dirname(config.file));
  if (databases.find((database) => database.name === name)?.id === id) return;
  throw new Stopped(
    `The id of the database ${name} can’t be written to ${config.file}; add database_id = "${id}" to its entry and run again.`,
  );
}

/** @param {string} toml @param {string} name @param {string} id */
export function withDatabaseId(toml, name, id) {
  const lines = toml.split('\n');
  const headers = lines.flatMap((line, at) => (/^\s*\[/.test(line) ? [at] : []));
  for (const [index, start] of headers.entries()) {
    if (!/^\s*\[\[\s*d1_databases\s*\]\]/.test(lines[start] ?? '')) continue;
    const end = headers[index + 1] ?? lines.length;
    const find = (/** @type {RegExp} */ pattern) =>
      lines.findIndex((line, at) => at > start && at < end && pattern.test(line));
    const named = find(/^\s*database_name\s*=/);
    const [, value] = /=\s*["']([^"']*)["']/.exec(lines[named] ?? '') ?? [];
    if (value !== name) continue;
    const present = find(/^\s*database_id\s*=/);
    if (present >= 0) {
      lines[present] = (lines[present] ?? '').replace(/=\s*(["'])[^"']*\1/, `= "${id}"`);
    } else {
      const [indent = ''] = /^\s*/.exec(lines[named] ?? '') ?? [];
      const ending = lines[named]?.endsWith('\r') ? '\r' : '';
      lines.splice(named + 1, 0, `${indent}database_id = "${id}"${ending}`);
    }
    break;
  }
  return lines.join('\n');
}
