import type { ConversationState } from '#protocol';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { getConversation, getRange } from '../../worker/db/conversations.ts';
import { dropHistory, dumpHistory, writeHistory } from '../../worker/db/history.ts';
import { spaceQuery, usedSpace } from '../../worker/db/files.ts';
import { earlier, id, makeLog, type Log } from './logs.ts';

const { DB } = env as unknown as { DB: D1Database };
const write = (account: string, log: Log) => writeHistory(DB, account, log.state, log.pages);

test('I5 a log is in the history once, however often it is written', async () => {
  const account = id('account');
  const log = makeLog({ messages: 300, closed: true });
  await write(account, log);
  const before = await dumpHistory(DB, account);
  await write(account, log);
  expect(await dumpHistory(DB, account)).toEqual(before);
  expect(before.conversations).toHaveLength(1);
  expect(before.pages).toHaveLength(3);
  expect(await getConversation(DB, account, log.state.id)).toEqual(log.state);
});

test('each column of a conversation has its own value, when the row is made and when it changes', async () => {
  const account = id('account');
  const { state } = makeLog();
  const [visitor, agent] = [id('visitor'), id('user')];
  const born: ConversationState = {
    ...state,
    ...{ head: 2, phase: 'waiting', startedAt: 11, site: id('site') },
    ...{ campaign: { id: id('campaign'), name: 'Help' } },
    visitor: { ...state.visitor, id: visitor },
    ...{ messages: { visitor: 1, agent: 0 }, lastMessage: null },
  };
  const ended: ConversationState = {
    ...born,
    ...{ head: 9, phase: 'closed', firstAssignedAt: 12, firstReplyAt: 13 },
    visitor: { ...born.visitor, name: 'Åse', email: 'ase@example.test' },
    owner: { kind: 'agent', id: agent, name: 'Anna' },
    ...{ messages: { visitor: 3, agent: 4 } },
    lastMessage: { seq: 8, at: 14, by: { kind: 'agent', id: agent, name: 'Anna' }, text: 'Bye' },
    closed: { at: 15, by: { kind: 'agent', id: agent, name: 'Anna' }, reason: 'agent' },
  };
  const row = async () => (await dumpHistory(DB, account)).conversations;
  const fixed = {
    ...{ account_id: account, id: state.id, site_id: born.site, visitor_id: visitor, started_at: 11 },
    ...{ campaign_id: born.campaign.id, campaign_name: 'Help' },
  };
  await writeHistory(DB, account, born, []);
  expect(await row()).toEqual([
    {
      ...fixed,
      ...{ phase: 'waiting', visitor_name: null, visitor_email: null, owner_id: null, owner_name: null },
      ...{ first_assigned_at: null, first_reply_at: null },
      ...{ closed_at: null, closed_by: null, closed_reason: null },
      ...{ visitor_messages: 1, agent_messages: 0, last_text: null, last_at: null },
      ...{ head: 2, state: JSON.stringify(born) },
    },
  ]);
  await writeHistory(DB, account, ended, []);
  expect(await row()).toEqual([
    {
      ...fixed,
      ...{ phase: 'closed', visitor_name: 'Åse', visitor_email: 'ase@example.test' },
      ...{ owner_id: agent, owner_name: 'Anna', first_assigned_at: 12, first_reply_at: 13 },
      ...{ closed_at: 15, closed_by: agent, closed_reason: 'agent' },
      ...{ visitor_messages: 3, agent_messages: 4, last_text: 'Bye', last_at: 14 },
      ...{ head: 9, state: JSON.stringify(ended) },
    },
  ]);
});

test('I5 an older write that arrives late changes nothing', async () => {
  const account = id('account');
  const log = makeLog({ messages: 140, closed: true });
  await write(account, log);
  const before = await dumpHistory(DB, account);
  for (const head of [1, 60, 128, 129, 141]) await write(account, earlier(log, head));
  expect(await dumpHistory(DB, account)).toEqual(before);
});

test('I5 every order of the same writes ends in the same rows', async () => {
  const response = id('response');
  const canned = (message: number) => (message % 3 === 0 ? [response] : undefined);
  const log = makeLog({ messages: 140, closed: true, canned });
  const writes = [1, 2, 128, 129, 142].map((head) => earlier(log, head));
  const dumps = [];
  for (const order of [writes, writes.toReversed(), [2, 4, 0, 3, 1].map((i) => writes[i] as Log)]) {
    const account = id('account');
    for (const part of order) await write(account, part);
    dumps.push(JSON.stringify(await dumpHistory(DB, account)).replaceAll(account, 'ACCOUNT'));
  }
  expect(new Set(dumps).size).toBe(1);
});

test('I7 dropping and rebuilding gives the same rows, and leaves other accounts alone', async () => {
  const [mine, theirs] = [id('account'), id('account')];
  const responses = [id('response'), id('response')];
  const canned = (message: number) => (message % 7 === 0 ? responses : undefined);
  const logs = Array.from({ length: 5 }, (_, i) => makeLog({ messages: i * 50, canned }));
  for (const log of logs) await write(mine, log);
  await write(theirs, makeLog());
  const [before, others] = [await dumpHistory(DB, mine), await dumpHistory(DB, theirs)];
  await dropHistory(DB, mine);
  expect(await dumpHistory(DB, mine)).toEqual({ conversations: [], pages: [], files: [], uses: [] });
  for (const log of logs.toReversed()) await write(mine, log);
  expect(await dumpHistory(DB, mine)).toEqual(before);
  expect(await dumpHistory(DB, theirs)).toEqual(others);
});

test('I13 another account’s id writes nothing of this account, and reads nothing', async () => {
  const [mine, theirs] = [id('account'), id('account')];
  const log = makeLog({ messages: 10 });
  await write(mine, log);
  const before = await dumpHistory(DB, mine);
  await write(theirs, makeLog({ id: log.state.id, messages: 200 }));
  expect(await dumpHistory(DB, mine)).toEqual(before);
  expect(await getRange(DB, mine, log.state.id, undefined, 100)).toMatchObject({ upTo: log.state.head });
  const stranger = id('account');
  expect(await getConversation(DB, stranger, log.state.id)).toBeNull();
  expect(await getRange(DB, stranger, log.state.id, undefined, 100)).toBeNull();
});

test('CAN-18 each use of a response is in the history once, by the message and its time', async () => {
  const account = id('account');
  const [one, other] = [id('response'), id('response')];
  const used: Record<number, string[]> = { 1: [one], 3: [one, other, one], 150: [other] };
  const log = makeLog({ messages: 160, canned: (message) => used[message] });
  for (const part of [earlier(log, 4), earlier(log, 10), log, log, earlier(log, 10)])
    await write(account, part);
  const at = (seq: number) => log.entries[seq - 1]?.at;
  const row = (response: string, seq: number) => ({
    ...{ account_id: account, response_id: response, conversation_id: log.state.id, seq, at: at(seq) },
  });
  const { uses } = await dumpHistory(DB, account);
  expect(uses).toEqual([row(one, 3), row(one, 5), row(other, 5), row(other, 152)].sort(byKey));
});

const byKey = (a: { response_id: string; seq: number }, b: { response_id: string; seq: number }) =>
  a.response_id === b.response_id ? a.seq - b.seq : a.response_id < b.response_id ? -1 : 1;

test('LOG-15 a range ends right before its seq, and contains what the log has there', async () => {
  const account = id('account');
  const log = makeLog({ messages: 300 });
  await write(account, log);
  const head = log.entries.length;
  for (const before of [undefined, 1, 2, 50, 128, 129, 130, 229, 300, head, head + 1, head + 500]) {
    for (const limit of [1, 7, 100]) {
      const upTo = Math.min((before ?? head + 1) - 1, head);
      const after = Math.max(0, upTo - limit);
      const range = await getRange(DB, account, log.state.id, before, limit);
      expect(range).toEqual({ after, upTo, entries: log.entries.slice(after, upTo) });
    }
  }
});

test('the cost in rows of writing a page and its conversation', async () => {
  const account = id('account');
  const log = makeLog({ messages: 20, closed: true });
  const rows = async (part: Log) => {
    const results: D1Result[][] = [];
    const spied = {
      prepare: (sql: string) => DB.prepare(sql),
      batch: async (statements: D1PreparedStatement[]) => {
        const answers = await DB.batch(statements);
        results.push(answers);
        return answers;
      },
    };
    await writeHistory(spied as unknown as D1Database, account, part.state, part.pages);
    return results.flat().reduce((sum, result) => sum + result.meta.rows_written, 0);
  };
  // A new conversation: its row, its key, four indexes, a page. Later: the row and the page. A change of phase: also
  // its index.
  expect(await rows(earlier(log, 2))).toBe(7);
  expect(await rows(earlier(log, 10))).toBe(2);
  expect(await rows(log)).toBeLessThanOrEqual(6);
  // A use of a canned response: one row more.
  const response = id('response');
  const used = makeLog({ messages: 20, canned: (message) => (message === 15 ? [response] : undefined) });
  expect([await rows(earlier(used, 2)), await rows(earlier(used, 10)), await rows(used)]).toEqual([7, 2, 3]);
});

const fileOf = (size: number) => ({ id: id('file'), name: 'a.txt', type: 'txt', size, sha256: 'x' });

test('FIL-18 I5 files of messages are counted once, and those of deleted messages no more', async () => {
  const account = id('account');
  const log = makeLog({ messages: 3 });
  const [one, two, three] = [fileOf(5), fileOf(70), fileOf(900)];
  const sent = {
    seq: 2,
    at: 2,
    kind: 'message.sent',
    id: crypto.randomUUID(),
    text: '"files":[',
    files: [one, two],
  };
  const other = { ...sent, seq: 3, id: crypto.randomUUID(), files: [three] };
  const gone = { seq: 4, at: 4, kind: 'message.deleted', id: crypto.randomUUID(), target: 2, of: 'message' };
  const page = (...entries: object[]) => [
    { first: 1, count: entries.length, entries: JSON.stringify(entries) },
  ];
  const space = () => usedSpace(DB, account);
  await writeHistory(DB, account, log.state, page(sent, other));
  await writeHistory(DB, account, log.state, page(sent, other));
  expect(await space()).toEqual({ used: 975, files: 3 });
  for (let time = 0; time < 2; time++) {
    await writeHistory(DB, account, log.state, page(sent, other, gone));
    expect(await space()).toEqual({ used: 900, files: 1 });
  }
  const plan = await DB.prepare(`EXPLAIN QUERY PLAN ${spaceQuery}`).bind(account).all<{ detail: string }>();
  const tables = plan.results.map(({ detail }) => detail).filter((detail) => /(SEARCH|SCAN) \w/.test(detail));
  expect(tables).toEqual(
    ['files', 'canned_files'].map((table) => `SEARCH ${table} USING PRIMARY KEY (account_id=?)`),
  );
  expect((await dumpHistory(DB, account)).files).toHaveLength(3);
  await dropHistory(DB, account);
  expect(await space()).toEqual({ used: 0, files: 0 });
});
