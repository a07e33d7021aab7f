/**
 * The time table as managers read it. Its contents are tested in test/domain/activity.test.ts and
 * test/actors/status.test.ts.
 */
import { openEnd } from '#domain/people/activity';
import type { TimeTable } from '#protocol';
import { beforeAll, expect, test } from 'vitest';
import { ask, call, env, id, newAccount, type TestAccount } from './client.ts';

let account: TestAccount;
let other: TestAccount;
beforeAll(async () => {
  [account, other] = [await newAccount(), await newAccount('Other')];
});

const minute = 60_000;
// In the account's zone, Sofia, three hours before UTC on that day.
const at = (time: string) => Date.parse(`2025-06-04T${time}:00+03:00`);

async function was(
  agent: string,
  rows: readonly [from: number, to: number, status: string, connected?: number][],
) {
  await env.DB.batch(
    rows.map(([from, to, status, connected = 1], index) =>
      env.DB.prepare('INSERT INTO activity VALUES (?, ?, ?, ?, ?, ?, ?)').bind(
        ...[account.id, agent, 1_000 + index, from, to, status, connected],
      ),
    ),
  );
}

const read = (query: string, cookie = account.supervisor) =>
  ask<TimeTable>('GET', `/api/time-table?${query}`, { cookie });

test('F21 TIM-4 a day lists each agent’s statuses and lengths, which add up to the time signed in', async () => {
  const { agent, supervisor } = account.users;
  await was(agent, [
    [at('00:00') - 60 * minute, at('00:30'), 'online'],
    [at('00:30'), at('01:00'), 'online', 0],
    [at('09:00'), at('12:00'), 'online'],
    [at('12:00'), at('12:20'), 'short_break'],
    [at('12:20'), at('12:50'), 'dinner'],
    [at('23:50'), at('24:00') + 30 * minute, 'invisible'],
  ]);
  await was(supervisor, [[at('24:00') + minute, at('24:00') + 2 * minute, 'online']]);
  const { body, status } = await read('day=2025-06-04');
  expect(status).toBe(200);
  const { now: _, rows, ...day } = body;
  expect(day).toEqual({ zone: 'Europe/Sofia', from: at('00:00'), to: at('24:00') });
  expect(rows).toHaveLength(1);
  const [row] = rows;
  expect(row).toMatchObject({
    ...{ id: agent, name: 'Zoë agent 🦊', deleted: false },
    total: 290 * minute + 10 * minute,
    away: 30 * minute,
    statuses: {
      online: 210 * minute,
      short_break: 20 * minute,
      dinner: 30 * minute,
      invisible: 10 * minute,
    },
    overdue: { count: 1, length: 5 * minute },
  });
  const lengths = row?.intervals.reduce((sum, { from, to }) => sum + to - from, 0);
  expect(lengths).toBe(row?.total);
  expect(row?.intervals.at(0)).toEqual({
    ...{ from: at('00:00'), to: at('00:30'), status: 'online', connected: true },
  });
  // The next day has the rest, and the other agent.
  const next = await read('day=2025-06-05');
  expect(next.body.rows.map(({ id, total }) => [id, total])).toEqual([
    [agent, 30 * minute],
    [supervisor, minute],
  ]);
  expect((await read('day=2025-06-02')).body.rows).toEqual([]);
});

test('F21 TIM-6 an open interval extends to now, and a deleted user keeps their row and their name', async () => {
  const account = await newAccount();
  const { agent } = account.users;
  const now = Date.now();
  await env.DB.prepare('INSERT INTO activity VALUES (?, ?, ?, ?, ?, ?, ?)')
    .bind(account.id, agent, 1_000, now - minute, openEnd, 'online', 1)
    .run();
  await ask('DELETE', `/api/users/${agent}`, { cookie: account.administrator });
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Sofia' }).format(now - minute);
  const { body } = await read(`day=${day}`, account.administrator);
  const row = body.rows.find(({ id }) => id === agent);
  expect(row).toMatchObject({ name: 'Zoë agent 🦊', deleted: true });
  expect(row?.intervals.at(-1)?.to).toBeLessThanOrEqual(body.now);
});

test('F21 TIM-1 a group’s table lists its members', async () => {
  const group = await ask<{ id: string }>('POST', '/api/groups', {
    cookie: account.administrator,
    body: { name: 'Sales', members: [account.users.supervisor] },
  });
  const { body } = await read(`day=2025-06-05&group=${group.body.id}`);
  expect(body.rows.map(({ id }) => id)).toEqual([account.users.supervisor]);
  expect((await read(`day=2025-06-05&group=${id('group')}`)).body.rows).toEqual([]);
});

test('S1 TIM-1 agents are refused, and another account sees nothing of it', async () => {
  expect(await read('day=2025-06-04', account.agent)).toMatchObject({
    status: 403,
    body: { refused: 'forbidden' },
  });
  expect((await read('day=2025-06-04', other.supervisor)).body.rows).toEqual([]);
  expect((await call('GET', '/api/time-table?day=2025-06-04')).status).toBe(401);
});

test.each([
  '',
  'day=',
  'day=2025-02-30',
  'day=2025-13-01',
  'day=yesterday',
  'day=2025-06-04T00:00',
  'day=2025-06-04&group=x',
])('TIM-1 an invalid day or group is refused: "%s"', async (query) => {
  expect(await read(query)).toMatchObject({ status: 400, body: { refused: 'bad_request' } });
});

test('F19 REF-1 an offline agent is refused a conversation with the reason, and the console stays open', async () => {
  const account = await newAccount();
  const { administrator } = account;
  await env.AGENT.get(env.AGENT.idFromName(`${account.id}:${account.users.administrator}`)).setStatus(
    'offline',
  );
  const conversation = id('conversation');
  const refusal = { status: 409, body: { refused: 'not_online' } };
  expect(
    await ask('POST', `/api/conversations/${conversation}/take`, { cookie: administrator }),
  ).toMatchObject(refusal);
  const headers = {
    Origin: 'https://parley.test',
    Upgrade: 'websocket',
    'Sec-WebSocket-Protocol': 'parley.1',
  };
  expect(
    await ask('GET', `/api/conversations/${conversation}/socket`, { cookie: administrator, headers }),
  ).toMatchObject(refusal);
  for (const path of ['users', 'account', 'conversations', 'time-table?day=2025-06-04', 'me'])
    expect((await call('GET', `/api/${path}`, { cookie: administrator })).status).toBe(200);
});
