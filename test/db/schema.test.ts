import { env } from 'cloudflare:workers';
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import * as accounts from '../../worker/db/schema/accounts.ts';
import * as activity from '../../worker/db/schema/activity.ts';
import * as audit from '../../worker/db/schema/audit.ts';
import * as campaigns from '../../worker/db/schema/campaigns.ts';
import * as canned from '../../worker/db/schema/canned.ts';
import * as files from '../../worker/db/schema/files.ts';
import * as history from '../../worker/db/schema/history.ts';
import * as people from '../../worker/db/schema/people.ts';
import * as sites from '../../worker/db/schema/sites.ts';

const { DB } = env as unknown as { DB: D1Database };

const declared = (table: SQLiteTable) => {
  const { columns, primaryKeys, indexes } = getTableConfig(table);
  const key = primaryKeys[0]?.columns.map((column) => column.name);
  return {
    columns: columns
      .map((column) => ({ name: column.name, type: column.getSQLType(), notnull: Number(column.notNull) }))
      .sort((a, b) => a.name.localeCompare(b.name)),
    key: key ?? columns.filter((column) => column.primary).map((column) => column.name),
    indexes: indexes
      .map(({ config }) => ({
        name: config.name,
        unique: Number(config.unique),
        columns: config.columns.map((column) => ('name' in column ? column.name : '')),
      }))
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
};

const rows = async <T>(sql: string) => (await DB.prepare(sql).all<T>()).results;

async function migrated(name: string) {
  const columns = await rows<{ name: string; type: string; notnull: number; pk: number }>(
    `PRAGMA table_info(${name})`,
  );
  const list = await rows<{ name: string; unique: number; origin: string }>(`PRAGMA index_list(${name})`);
  const indexes = [];
  for (const index of list.filter((found) => found.origin === 'c')) {
    const parts = await rows<{ name: string }>(`PRAGMA index_info(${index.name})`);
    indexes.push({ name: index.name, unique: index.unique, columns: parts.map((part) => part.name) });
  }
  return {
    columns: columns
      .map(({ name, type, notnull }) => ({ name, type: type.toLowerCase(), notnull }))
      .sort((a, b) => a.name.localeCompare(b.name)),
    key: columns
      .filter((column) => column.pk > 0)
      .sort((a, b) => a.pk - b.pk)
      .map((column) => column.name),
    indexes: indexes.sort((a, b) => a.name.localeCompare(b.name)),
  };
}

const subjects: Record<string, SQLiteTable>[] = [
  accounts,
  activity,
  audit,
  campaigns,
  canned,
  files,
  history,
  people,
  sites,
];
const tables = subjects.flatMap((subject) => Object.values(subject));

test('the schema declares every table that the migrations make', async () => {
  const made = await rows<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'");
  const ours = made.map(({ name }) => name).filter((name) => !/^(sqlite_|_cf_|d1_migrations$)/.test(name));
  expect(ours.sort()).toEqual(tables.map((table) => getTableConfig(table).name).sort());
});

test.each(tables.map((table) => [getTableConfig(table).name, table] as const))(
  'the migrations create the table %s as the schema declares it',
  async (name, table) => {
    expect(await migrated(name)).toEqual(declared(table));
  },
);

test('the account comes first in every key', () => {
  const firsts = tables
    .map((table) => [getTableConfig(table).name, declared(table).key[0]])
    .filter(([name]) => name !== 'accounts');
  expect(firsts.every(([, first]) => first === 'account_id')).toBe(true);
});

test.each(['pages', 'responses', 'canned_uses'])(
  '%s have no rowid, which Drizzle cannot express',
  async (name) => {
    const found = await rows<{ sql: string }>(`SELECT sql FROM sqlite_master WHERE name = '${name}'`);
    expect(found[0]?.sql).toMatch(/WITHOUT ROWID$/);
  },
);
