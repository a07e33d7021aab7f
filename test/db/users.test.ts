import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import { listUsers, selectUsers } from '../../worker/db/users.ts';
import { id } from './logs.ts';

const { DB } = env as unknown as { DB: D1Database };
const account = id('account');
const many = 10_000;

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

test.each([{}, { search: 'x' }, { group: id('group') }, { status: 'deleted' as const }])(
  'F118 one index serves the list of users, nothing is sorted: %o',
  async (filters) => {
    const { sql, params } = selectUsers(DB, account, filters, ['a', 'usr_b'], 51).toSQL();
    const { results } = await DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...params)
      .all<{ detail: string }>();
    const plan = results.map(({ detail }) => detail).join('\n');
    expect(plan).toContain('USING INDEX users_by_name');
    expect(plan).not.toMatch(/SCAN users|TEMP B-TREE FOR ORDER BY/);
  },
);

test('F118 a page of ten thousand reads its own rows, and a search no more than the account’s', async () => {
  const { sql, params } = selectUsers(DB, account, {}, ['agent 5', ''], 51).toSQL();
  const { meta } = await DB.prepare(sql)
    .bind(...params)
    .run();
  expect(meta.rows_read).toBeLessThan(120);
  const found = await listUsers(DB, account, { search: 'AGENT 9999' });
  expect(found).toMatchObject({ users: [{ name: 'Agent 9999' }], next: null });
});
