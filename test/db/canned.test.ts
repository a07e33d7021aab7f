/** Changes of forums on their own: the guard against a change that came first, and the queries' plans. */
import { isRefusal, ownForum, refuse, type ResponseBody } from '#protocol';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { purgeQuery, type Place } from '../../worker/db/canned/change.ts';
import {
  addForum,
  getForum,
  listQuery,
  purgeForumQueries,
  removeForum,
  restoreForum,
  type Acting,
} from '../../worker/db/canned/forums.ts';
import { fileQuery, readFile, saveResponse } from '../../worker/db/canned/responses.ts';
import { insertUses } from '../../worker/db/history.ts';
import { usesQuery } from '../../worker/db/canned/uses.ts';
import { id } from './logs.ts';

const { DB } = env as unknown as { DB: D1Database };
const author = { id: id('user'), name: 'Anna', acting: null };
const body = (more: Partial<ResponseBody> = {}): ResponseBody => ({
  ...{ key: 'k', question: 'q', answer: 'a', version: 0, edit: crypto.randomUUID() },
  ...more,
});

/** A database in which something happens between a change's reading and its writing, the first time or each time. */
function interrupted(happens: () => Promise<unknown>, times = 1): { d1: D1Database; batches: () => number } {
  let batches = 0;
  let left = times;
  const d1 = {
    prepare: (query: string) => DB.prepare(query),
    batch: async (statements: D1PreparedStatement[]) => {
      batches++;
      const isWrite = batches % 2 === 0;
      if (isWrite && left-- > 0) await happens();
      return DB.batch(statements);
    },
  };
  return { d1: d1 as unknown as D1Database, batches: () => batches };
}

const acting =
  (account: string): Acting =>
  (kind, subject) => ({
    id: id('audit'),
    at: 1,
    account,
    by: null,
    kind,
    subject,
    address: null,
    device: '',
  });

async function newPlace(): Promise<Place> {
  const account = id('account');
  const forum = id('forum');
  await addForum(
    DB,
    account,
    forum,
    { title: 'Orders', campaigns: null },
    acting(account)('forum.added', { id: forum, name: 'x' }),
  );
  return { account, forum, owner: null };
}

test('CAN-8 a save that another one overtakes is planned anew, and refused as a conflict', async () => {
  const place = await newPlace();
  const response = id('response');
  await saveResponse(DB, place, response, body(), author, 1);
  const { d1, batches } = interrupted(() =>
    saveResponse(DB, place, response, body({ version: 1, answer: 'theirs' }), author, 2),
  );
  const mine = await saveResponse(d1, place, response, body({ version: 1, answer: 'mine' }), author, 2);
  expect(mine).toEqual(refuse('conflict'));
  // Read, write that the guard refused, read.
  expect(batches()).toBe(3);
  expect((await readFile(DB, place))?.responses).toMatchObject([{ answer: 'theirs', version: 2 }]);
});

test('CAN-6 a save that a change of another response overtakes is stored after it, with true counts', async () => {
  const place = await newPlace();
  const { d1 } = interrupted(() => saveResponse(DB, place, id('response'), body(), author, 1), 3);
  const saved = await saveResponse(d1, place, id('response'), body(), author, 2);
  expect(isRefusal(saved) ? saved : saved.version).toBe(5);
  expect(await getForum(DB, place)).toMatchObject({ version: 5, count: 4, size: 12 });
});

test('CAN-11 a save that the removal of its forum overtakes is not found, and leaves no row', async () => {
  const place = await newPlace();
  const { d1 } = interrupted(() => removeForum(DB, place, 1, acting(place.account)));
  const response = id('response');
  expect(await saveResponse(d1, place, response, body(), author, 2)).toEqual(refuse('not_found'));
  const row = DB.prepare('SELECT 1 FROM responses WHERE id = ?').bind(response);
  expect(await row.first()).toBeNull();
});

test('a change that others overtake again and again asks for patience', async () => {
  const place = await newPlace();
  const { d1 } = interrupted(() => saveResponse(DB, place, id('response'), body(), author, 1), 1_000);
  expect(await saveResponse(d1, place, id('response'), body(), author, 2)).toEqual(
    refuse('slow_down', { retryAfter: 1_000 }),
  );
});

test('CAN-11 of two removals at once one counts, and of two restorations', async () => {
  const place = await newPlace();
  const { account } = place;
  const acts = async () =>
    (
      await DB.prepare('SELECT kind FROM audit WHERE account_id = ? ORDER BY kind').bind(account).all()
    ).results.map(({ kind }) => kind);
  const removal = interrupted(() => removeForum(DB, place, 1_000, acting(account)));
  expect(await removeForum(removal.d1, place, 2_000, acting(account))).toBe(9_000);
  expect(await acts()).toEqual(['forum.added', 'forum.deleted']);
  const restoration = interrupted(() => restoreForum(DB, place, 3_000, acting(account)));
  expect(await restoreForum(restoration.d1, place, 3_000, acting(account))).toMatchObject({ version: 1 });
  expect(await acts()).toEqual(['forum.added', 'forum.deleted', 'forum.restored']);
});

async function plan(sql: string, params: readonly unknown[]): Promise<string> {
  const { results } = await DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  return results.map((row) => row.detail).join('\n');
}

test.each([
  ['CAN-1 the list', listQuery, 1, 'USING INDEX forums_by_owner (account_id=? AND owner_id=?)'],
  ['CAN-5 a forum’s file', fileQuery, 2, 'SEARCH responses USING PRIMARY KEY (account_id=? AND forum_id=?)'],
  ['CAN-18 uses', usesQuery, 2, 'SEARCH canned_uses USING PRIMARY KEY (account_id=? AND response_id=?)'],
  ['CAN-18 uses in a page', insertUses, 3, 'SEARCH pages USING PRIMARY KEY'],
  [
    'CAN-12 removed responses',
    purgeQuery,
    3,
    'responses_removed (account_id=? AND forum_id=? AND deleted_at<?)',
  ],
  ...purgeForumQueries.map(
    (query) => ['CAN-12 removed forums', query, 2, 'forums_by_owner (account_id=? AND owner_id=?)'] as const,
  ),
] as const)('%s: an index finds the rows, and nothing is sorted', async (_, query, params, expected) => {
  const detail = await plan(query, ['acc', 'for', 1].slice(0, params));
  expect(detail).toContain(expected);
  expect(detail).not.toMatch(/TEMP B-TREE|SCAN (?!entries|used)/);
});

test('CAN-2 an own forum’s row is made with its first template', async () => {
  const user = id('user');
  const place = { account: id('account'), forum: ownForum(user), owner: user };
  await saveResponse(DB, place, id('response'), body(), author, 1);
  await saveResponse(DB, place, id('response'), body(), author, 1);
  const rows = DB.prepare('SELECT id, owner_id, version, count, size FROM forums WHERE account_id = ?');
  expect((await rows.bind(place.account).all()).results).toEqual([
    { id: place.forum, owner_id: user, version: 2, count: 2, size: 6 },
  ]);
});
