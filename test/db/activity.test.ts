import { openEnd, type Interval } from '#domain/people/activity';
import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import { selectActivity, writeActivity } from '../../worker/db/activity.ts';
import { id } from './logs.ts';

const { DB } = env as unknown as { DB: D1Database };
const account = id('account');
const hour = 3_600_000;
const many = 10_000;

// One interval an hour, for ten agents in turn.
beforeAll(async () => {
  await DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1)
     INSERT INTO activity (account_id, agent_id, seq, from_at, to_at, status, connected)
     SELECT ?1, 'usr_' || (i % 10), i, i * ?3, (i + 1) * ?3, 'online', 1 FROM n`,
  )
    .bind(account, many, hour)
    .run();
});

test.each([undefined, id('group')])(
  'F21 the index by end serves the time table of a day: group %s',
  async (group) => {
    const day = { from: (many - 24) * hour, to: many * hour };
    const { sql, params } = selectActivity(DB, account, day, group).toSQL();
    const { results } = await DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...params)
      .all<{ detail: string }>();
    const plan = results.map(({ detail }) => detail).join('\n');
    expect(plan).toContain('activity USING INDEX activity_by_end (account_id=? AND to_at>?)');
    expect(plan).not.toContain('SCAN activity');
    const { meta } = await DB.prepare(sql)
      .bind(...params)
      .run();
    expect(meta.rows_read).toBeLessThan(120);
  },
);

test('F21 an interval that is written twice or late is the same: an ended one never opens again', async () => {
  const agent = id('user');
  const rows = async () =>
    (
      await DB.prepare(
        'SELECT seq, from_at, to_at, status FROM activity WHERE account_id = ? AND agent_id = ? ORDER BY seq',
      )
        .bind(account, agent)
        .all()
    ).results;
  const open: Interval = { seq: 2, from: 10, to: openEnd, status: 'online', connected: true };
  const next: Interval = { seq: 3, from: 20, to: openEnd, status: 'dinner', connected: true };
  await writeActivity(DB, account, agent, [open]);
  await writeActivity(DB, account, agent, [{ ...open, to: 20 }, next]);
  await writeActivity(DB, account, agent, [open]);
  await writeActivity(DB, account, agent, [{ ...open, to: 20 }, next]);
  expect(await rows()).toEqual([
    { seq: 2, from_at: 10, to_at: 20, status: 'online' },
    { seq: 3, from_at: 20, to_at: openEnd, status: 'dinner' },
  ]);
});
