/** Reads a running server's stored data straight from its files, which wakes no actor. */
import type { ConversationState, Entry } from '#protocol';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface StoredConversation {
  readonly account: string;
  readonly id: string;
  readonly log: Entry[];
  /** The last entry that each follower has received. */
  readonly cursors: Readonly<Record<string, number>>;
}

export interface StoredHistory {
  readonly state: ConversationState;
  readonly head: number;
  /** The entries of all pages, in order. */
  readonly entries: Entry[];
}

export interface StoredAlarm {
  readonly actor: string;
  readonly at: number;
}

export interface StoredHold {
  readonly conversation: string;
  readonly agent: string;
  readonly state: string;
}

const actorsOf = (dataDir: string, kind: string) => path.join(dataDir, 'state', 'do', `parley-${kind}`);

function files(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite')
    .map((name) => path.join(folder, name));
}

/**
 * Reads without a lock, so that no other process has to wait. A database that a crash left open can't be read this
 * way, but a copy of it can.
 */
function read<T>(file: string, look: (database: DatabaseSync) => T): T {
  try {
    return withDatabase(file, true, look);
  } catch {
    const folder = mkdtempSync(path.join(tmpdir(), 'parley-read-'));
    try {
      const copy = path.join(folder, 'copy.sqlite');
      copyFileSync(file, copy);
      if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
      return withDatabase(copy, false, look);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

function withDatabase<T>(file: string, readOnly: boolean, look: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(file, { readOnly, timeout: 2_000 });
  try {
    return look(database);
  } finally {
    database.close();
  }
}

const rows = <T>(database: DatabaseSync, sql: string): T[] => database.prepare(sql).all() as T[];
const has = (database: DatabaseSync, table: string): boolean =>
  rows(database, `SELECT 1 FROM sqlite_master WHERE name = '${table}'`).length > 0;

export function storedConversations(dataDir: string): StoredConversation[] {
  return files(actorsOf(dataDir, 'Conversation')).flatMap((file) =>
    read(file, (database) => {
      if (!has(database, 'registers')) return [];
      const registers = new Map(
        rows<{ name: string; value: string }>(database, 'SELECT name, value FROM registers').map(
          ({ name, value }) => [name, JSON.parse(value) as unknown],
        ),
      );
      const self = registers.get('self') as { account: string; id: string } | undefined;
      if (!self) return [];
      const log = rows<{ entry: string }>(database, 'SELECT entry FROM entries ORDER BY seq');
      const progress = registers.get('progress') as { cursors: Record<string, number> } | undefined;
      return [
        {
          account: self.account,
          id: self.id,
          log: log.map(({ entry }) => JSON.parse(entry) as Entry),
          cursors: progress?.cursors ?? {},
        },
      ];
    }),
  );
}

export function storedHistory(dataDir: string): Map<string, StoredHistory> {
  const history = new Map<string, StoredHistory>();
  for (const file of files(path.join(dataDir, 'state', 'd1', 'miniflare-D1DatabaseObject'))) {
    read(file, (database) => {
      if (!has(database, 'pages')) return;
      const found = rows<{ id: string; head: number; state: string }>(
        database,
        'SELECT id, head, state FROM conversations',
      );
      for (const { id, head, state } of found) {
        history.set(id, { head, state: JSON.parse(state) as ConversationState, entries: [] });
      }
      const pages = rows<{ id: string; entries: string }>(
        database,
        'SELECT conversation_id AS id, entries FROM pages ORDER BY conversation_id, first',
      );
      for (const { id, entries } of pages) history.get(id)?.entries.push(...(JSON.parse(entries) as Entry[]));
    });
  }
  return history;
}

/** The alarms that are set, of every kind of actor. */
export function storedAlarms(dataDir: string): StoredAlarm[] {
  const folder = path.join(dataDir, 'state', 'do');
  return readdirSync(folder).flatMap((kind) =>
    read(path.join(folder, kind, 'metadata.sqlite'), (database) =>
      rows<{ name: string | null; at: number }>(
        database,
        'SELECT actor_name AS name, scheduled_time / 1000000 AS at FROM _cf_ALARM',
      ).map(({ name, at }) => ({ actor: `${kind} ${name ?? ''}`, at })),
    ),
  );
}

export function storedHolds(dataDir: string): StoredHold[] {
  return files(actorsOf(dataDir, 'Dispatcher')).flatMap((file) =>
    read(file, (database) =>
      has(database, 'places')
        ? rows<StoredHold>(database, 'SELECT conversation, agent, state FROM places')
        : [],
    ),
  );
}
