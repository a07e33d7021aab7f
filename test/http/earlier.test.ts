/**
 * A visitor's earlier chats, for the agent with the current one: as far as the account's visibility rule allows, and
 * of no other visitor (HIS-4).
 */
import { Revisions } from '#domain/conversation/revisions';
import type { Account, Earlier, Range } from '#protocol';
import { beforeAll, expect, test } from 'vitest';
import { writeHistory } from '../../worker/db/history.ts';
import { makeLog } from '../db/logs.ts';
import { ask, env, newAccount, newSite, newVisitor, say, type TestAccount } from './client.ts';

let account: TestAccount;
let conversation: string;
let visitorId: string;
/** Chats of the same visitor, and of another one: the agent's own, the supervisor's, an unassigned one. */
const logs: Record<'own' | 'other' | 'nobody' | 'foreign', ReturnType<typeof makeLog>> = {} as never;
beforeAll(async () => {
  account = await newAccount();
  const { site } = await newSite(account);
  const visitor = await newVisitor(site);
  visitorId = visitor.id;
  ({ conversation } = await say(site, visitor.token));
  const owners = { own: account.users.agent, other: account.users.supervisor, nobody: null, foreign: null };
  for (const [at, [name, owner]] of Object.entries(owners).entries()) {
    const of = name === 'foreign' ? {} : { visitor: visitor.id };
    const log = makeLog({ ...of, messages: 3, closed: true, startedAt: 1_700_000_000_000 + at });
    const held = owner === null ? null : { kind: 'agent' as const, id: owner, name: `The ${name} agent` };
    logs[name as keyof typeof logs] = { ...log, state: { ...log.state, owner: held } };
    await writeHistory(env.DB, account.id, logs[name as keyof typeof logs].state, log.pages);
  }
});

async function rule(sees: Account['sees']): Promise<void> {
  const { body } = await ask<Account>('GET', '/api/account', { cookie: account.administrator });
  const { id: _, ...rest } = body;
  const answer = await ask('PATCH', '/api/account', {
    cookie: account.administrator,
    body: { ...rest, sees },
  });
  expect(answer.status).toBe(200);
}
const list = (cookie: string) =>
  ask<Earlier>('GET', `/api/conversations/${conversation}/earlier`, { cookie });
const read = (cookie: string, of: string, query = '') =>
  ask<Range>('GET', `/api/conversations/${conversation}/earlier/entries?of=${of}${query}`, { cookie });
const ids = ({ body }: { body: Earlier }) => body.conversations.map(({ id }) => id);

test('HIS-4 an agent finds the visitor’s earlier chats, newest first, and reads them', async () => {
  await rule('all');
  const answer = await list(account.agent);
  expect(ids(answer)).toEqual([logs.nobody, logs.other, logs.own].map(({ state }) => state.id));
  expect(answer.body.hidden).toBe(0);
  expect(answer.body.conversations.at(-1)).toEqual({
    ...{ id: logs.own.state.id, startedAt: logs.own.state.startedAt },
    ...{ closedAt: logs.own.state.closed?.at, owner: logs.own.state.owner, last: logs.own.state.lastMessage },
  });
  expect((await read(account.agent, logs.other.state.id)).body).toEqual({
    ...{ after: 0, upTo: 5, entries: logs.other.entries },
  });
  expect((await read(account.agent, logs.other.state.id, '&before=4&limit=2')).body).toEqual({
    ...{ after: 1, upTo: 3, entries: logs.other.entries.slice(1, 3) },
  });
});

test('HIS-5 F42 if agents see only their own chats, a colleague’s is counted but cannot be read; supervisors read all', async () => {
  await rule('own');
  const answer = await list(account.agent);
  expect(ids(answer)).toEqual([logs.nobody.state.id, logs.own.state.id]);
  expect(answer.body.hidden).toBe(1);
  expect(JSON.stringify(answer.body)).not.toContain('The other agent');
  expect(await read(account.agent, logs.other.state.id)).toMatchObject({ status: 404 });
  expect((await read(account.agent, logs.own.state.id)).status).toBe(200);
  expect(ids(await list(account.supervisor))).toHaveLength(3);
  expect((await read(account.supervisor, logs.other.state.id)).status).toBe(200);
  await rule('all');
});

test('HIS-6 I13 this chat gives access to no other visitor’s chats, and to no other account’s', async () => {
  const elsewhere = await newAccount('Elsewhere');
  for (const cookie of [account.agent, account.supervisor])
    expect(await read(cookie, logs.foreign.state.id)).toMatchObject({ status: 404 });
  expect(await list(elsewhere.supervisor)).toMatchObject({ status: 404 });
  expect(await read(elsewhere.supervisor, logs.own.state.id)).toMatchObject({ status: 404 });
  expect(await read(account.agent, 'con_x')).toMatchObject({ status: 400, body: { field: 'of' } });
});

test('ENT-18 HIS-9 agents receive earlier chats revised, by edits in later pages too; supervisors and the history as written', async () => {
  const log = makeLog({
    ...{ visitor: visitorId, messages: 300, closed: true, startedAt: 1_700_000_000_100 },
    revised: [[2, 'first, corrected'], [2], [3, 'second, corrected'], [300]],
  });
  const of = log.state.id;
  await writeHistory(env.DB, account.id, log.state, log.pages);
  const revisions = Revisions.of(log.entries);
  const revised = log.entries.map((entry) => revisions.apply(entry));
  for (const [from, to] of [
    [0, 100],
    [250, 306],
    [303, 304],
  ] as const) {
    const query = `&before=${to + 1}&limit=${Math.min(100, to - from)}`;
    const after = Math.max(from, to - 100);
    const range = { after, upTo: to };
    expect((await read(account.agent, of, query)).body).toEqual({
      ...range,
      entries: revised.slice(after, to),
    });
    expect((await read(account.supervisor, of, query)).body).toEqual({
      ...range,
      entries: log.entries.slice(after, to),
    });
  }
  expect(revised.slice(0, 100)).not.toEqual(log.entries.slice(0, 100));
});
