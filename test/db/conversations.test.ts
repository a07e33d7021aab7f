import { env } from 'cloudflare:workers';
import { isRefusal, type ConversationsPage } from '#protocol';
import { expect, test } from 'vitest';
import {
  listConversations,
  rangeQuery,
  revisionsQuery,
  selectConversations,
  type ConversationsQuery,
} from '../../worker/db/conversations.ts';
import { writeHistory } from '../../worker/db/history.ts';
import { id, makeLog } from './logs.ts';

const { DB } = env as unknown as { DB: D1Database };

async function plan(sql: string, params: unknown[]): Promise<string> {
  const { results } = await DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  return results.map((row) => row.detail).join('\n');
}

const filters = { campaign: id('campaign'), visitor: id('visitor'), phase: 'closed' } as const;

test.each([
  ['conversations_by_start', {}],
  ['conversations_by_campaign', { campaign: filters.campaign }],
  ['conversations_by_visitor', { visitor: filters.visitor }],
  ['conversations_by_phase', { phase: filters.phase }],
  ['conversations_by_campaign', { campaign: filters.campaign, phase: filters.phase }],
  ['conversations_by_visitor', filters],
] as const)('HIS-1 the index %s serves %o, and nothing is sorted', async (index, given) => {
  for (const key of [undefined, [1_700_000_000_000, id('conversation')] as const]) {
    const query = selectConversations(DB, id('account'), given, key, 51).toSQL();
    const detail = await plan(query.sql, query.params);
    expect(detail).toContain(`USING INDEX ${index} (account_id=?`);
    if (key) expect(detail).toContain('(started_at,id)<(?,?)');
    expect(detail).not.toMatch(/TEMP B-TREE|SCAN/);
  }
});

test('HIS-3 a range is looked up in the primary keys', async () => {
  const detail = await plan(rangeQuery, [id('account'), id('conversation'), null, 50]);
  expect(detail).toContain(
    'SEARCH pages USING PRIMARY KEY (account_id=? AND conversation_id=? AND first>? AND first<?)',
  );
  expect(detail).not.toMatch(/SCAN pages|TEMP B-TREE/);
});

test('ENT-18 the revisions after a seq are looked up in the primary keys', async () => {
  const detail = await plan(revisionsQuery, [id('account'), id('conversation'), 0, 50]);
  expect(detail).toContain(
    'SEARCH pages USING PRIMARY KEY (account_id=? AND conversation_id=? AND first>? AND first<?)',
  );
  expect(detail).not.toMatch(/SCAN pages/);
});

async function pageThrough(account: string, query: ConversationsQuery): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  for (let page = 0; page < 50; page++) {
    const answer = (await listConversations(DB, account, { ...query, after })) as ConversationsPage;
    ids.push(...answer.conversations.map((state) => state.id));
    if (answer.next === null) return ids;
    after = answer.next;
  }
  throw new Error('the pages do not end');
}

test('HIS-1 paging by key loses and repeats nothing, even if many started in the same millisecond', async () => {
  const [account, campaign, visitor] = [id('account'), id('campaign'), id('visitor')];
  const logs = Array.from({ length: 23 }, (_, i) =>
    makeLog({
      startedAt: 1_700_000_000_000 + Math.floor(i / 8),
      closed: i % 3 === 0,
      ...(i % 2 === 0 && { campaign }),
      ...(i % 5 === 0 && { visitor }),
    }),
  );
  for (const log of logs) await writeHistory(DB, account, log.state, log.pages);
  await writeHistory(DB, id('account'), makeLog({ campaign, visitor }).state, []);
  const states = logs
    .map((log) => log.state)
    .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
  const cases: [ConversationsQuery, (state: (typeof states)[number]) => boolean][] = [
    [{}, () => true],
    [{ campaign }, (state) => state.campaign.id === campaign],
    [{ visitor }, (state) => state.visitor.id === visitor],
    [{ phase: 'closed' }, (state) => state.phase === 'closed'],
    [{ campaign, phase: 'waiting' }, (state) => state.campaign.id === campaign && state.phase === 'waiting'],
  ];
  for (const [query, holds] of cases) {
    const expected = states.filter(holds).map((state) => state.id);
    for (const limit of [1, 4, 100])
      expect(await pageThrough(account, { ...query, limit })).toEqual(expected);
  }
});

test.each([
  '',
  'x',
  '1',
  '1.',
  '.con_1',
  '1.con_1.2',
  "1.' OR 1=1 --",
  '-1.con_1',
  `${'9'.repeat(40)}.con_1`,
])('HIS-1 the key %j is refused', async (after) => {
  const answer = await listConversations(DB, id('account'), { after });
  expect(isRefusal(answer) && answer).toMatchObject({ refused: 'bad_request', field: 'after' });
});
