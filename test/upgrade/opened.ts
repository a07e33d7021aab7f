/** Today's server on a data folder of an earlier version, and the contents of its files. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { mainEntry } from '../../bin/bundle.mjs';
import { scratchFolder } from '../../bin/server.mjs';
import { ServerProcess, type Address } from '../faults/child.ts';
import type { Expected } from '../fixtures/expected.ts';
import { loadFixture } from '../fixtures/load.ts';

export interface Opened {
  readonly address: Address;
  readonly dataDir: string;
  readonly expected: Expected;
  /** The server's output: errors and warnings only. */
  printed(): string;
  close(): Promise<void>;
}

/** Opens a fixture as if its server had stopped `age` milliseconds ago. */
export async function openFixture(version: string, age = 0): Promise<Opened> {
  const dataDir = scratchFolder();
  const log = path.join(dataDir, 'printed.log');
  const env = { BEHIND_CLOUDFLARE: 'true', PUBLIC_URL: 'https://parley.example' };
  const server = new ServerProcess({ dataDir, log, env, entry: mainEntry });
  const expected = loadFixture(version, dataDir, age);
  return {
    ...{ dataDir, expected },
    address: await server.start(),
    printed: () => readFileSync(log, 'utf8'),
    async close() {
      await server.kill();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const databases = (dataDir: string, folder: string) =>
  readdirSync(path.join(dataDir, 'state', folder))
    .filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite')
    .map((name) => path.join(dataDir, 'state', folder, name));

function select<Row>(file: string, sql: string): Row[] {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 2_000 });
  try {
    return database.prepare(sql).all() as Row[];
  } finally {
    database.close();
  }
}

/** Every row of the history and of the time table: the rows that a rebuild writes. */
export function projections(dataDir: string): Record<string, Record<string, unknown>[]> {
  const [file = ''] = databases(dataDir, path.join('d1', 'miniflare-D1DatabaseObject'));
  const rows = (table: string, order: string) =>
    select<Record<string, unknown>>(file, `SELECT * FROM ${table} ORDER BY ${order}`);
  return {
    conversations: rows('conversations', 'account_id, id'),
    pages: rows('pages', 'account_id, conversation_id, first'),
    activity: rows('activity', 'account_id, agent_id, seq'),
  };
}

/** The number of stored attempt counters. */
export function throttlesKept(dataDir: string): number {
  const files = databases(dataDir, path.join('do', 'parley-Throttle'));
  const kept = (file: string) =>
    select(file, "SELECT 1 FROM sqlite_schema WHERE name = '_cf_KV'").length > 0
      ? select(file, 'SELECT 1 FROM _cf_KV').length
      : 0;
  return files.reduce((sum, file) => sum + kept(file), 0);
}
