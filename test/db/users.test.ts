import { defaultRouting } from '#protocol';
import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import { namedIn } from '../../worker/db/asked.ts';
import { listUsers, selectPhoto, selectUsers } from '../../worker/db/users.ts';
import { id } from './logs.ts';

const { DB } = env as unknown as { DB: D1Database };
const account = id('account');
const many = 10_000;
const group = id('group');
const level = { id: 'one', title: 'One', users: ['usr_7'], groups: [group], method: 'random' as const };
const asked = namedIn({ ...defaultRouting, levels: [level] });

beforeAll(async () => {
  await DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1)
     INSERT INTO users (account_id, id, email, name, password_hash, roles, created_at, search_key)
     SELECT ?1, 'usr_' || i, i || '@' || ?1, 'Agent ' || i, '', '["agent"]', 0,
       'agent ' || i || char(10) || i || '@' || ?1 FROM n`,
  )
    .bind(account, many)
    .run();
});

const filters = [
  {},
  { search: 'x' },
  { group },
  { status: 'deleted' as const },
  { asked },
  { asked: namedIn(defaultRouting), search: 'x' },
];

test.each(filters)('F118 one index serves the list of users, nothing is sorted: %o', async (filter) => {
  const { sql, params } = selectUsers(DB, account, filter, ['a', 'usr_b'], 51).toSQL();
  const { results } = await DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  const plan = results.map(({ detail }) => detail).join('\n');
  expect(plan).toContain('USING INDEX users_by_name');
  expect(plan).not.toMatch(/SCAN users|TEMP B-TREE FOR ORDER BY/);
});

test('PHO-4 an index finds the user of a photo', async () => {
  const { sql, params } = selectPhoto(DB, 'pho_x').toSQL();
  const { results } = await DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  expect(results.map(({ detail }) => detail).join('\n')).toContain('USING INDEX users_by_photo');
});

test('F118 a page of ten thousand users reads only its own rows, and a search only the account’s', async () => {
  const { sql, params } = selectUsers(DB, account, {}, ['agent 5', ''], 51).toSQL();
  const { meta } = await DB.prepare(sql)
    .bind(...params)
    .run();
  expect(meta.rows_read).toBeLessThan(120);
  const found = await listUsers(DB, account, { search: 'AGENT 9999' });
  expect(found).toMatchObject({ users: [{ name: 'Agent 9999' }], next: null });
});

test('F118 a campaign’s list has the users whom its levels name, directly or by a group', async () => {
  await DB.prepare('INSERT INTO members (account_id, group_id, user_id) VALUES (?, ?, ?), (?, ?, ?)')
    .bind(account, group, 'usr_3', account, group, 'usr_7')
    .run();
  await DB.prepare(`UPDATE users SET roles = '["supervisor"]' WHERE account_id = ? AND id = 'usr_9'`)
    .bind(account)
    .run();
  const idsOf = async (condition: typeof asked) =>
    (await selectUsers(DB, account, { asked: condition }, undefined, many)).map((user) => user.id);
  expect(await idsOf(asked)).toEqual(['usr_3', 'usr_7']);
  const two = [level, { ...level, id: 'two', users: ['usr_4', 'usr_9'], groups: [] }];
  expect(await idsOf(namedIn({ ...defaultRouting, levels: two }))).toEqual(['usr_3', 'usr_4', 'usr_7']);
  const forwarding = { users: ['usr_1'], groups: [], method: 'random' as const };
  const forwards = (enabled: boolean) =>
    namedIn({ ...defaultRouting, levels: [level], forwarding: { ...forwarding, enabled } });
  expect(await idsOf(forwards(true))).toEqual(['usr_1', 'usr_3', 'usr_7']);
  expect(await idsOf(forwards(false))).toEqual(['usr_3', 'usr_7']);
  expect(await idsOf(namedIn(defaultRouting))).toHaveLength(many - 1);
});
