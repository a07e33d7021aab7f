import { cannedRoutes, maxForums, ownForum, type AuditPage, type Forum, type ForumFile } from '#protocol';
import { beforeEach, expect, test } from 'vitest';
import { holdClock } from '../actors/scene.ts';
import { added, newForum, put } from './canned.ts';
import { ask, call, done, env, id, newAccount, newSite, type TestAccount } from './client.ts';

let account: TestAccount;
beforeEach(async () => {
  account = await newAccount();
});

const list = (cookie: string) => ask<{ forums: Forum[] }>('GET', '/api/forums', { cookie });
const empty = (user: string): Forum => ({
  ...{ id: ownForum(user), title: '', campaigns: null, version: 0, count: 0, own: true },
});
const refused = (status: number, code: string, more = {}) =>
  expect.objectContaining({ status, body: expect.objectContaining({ refused: code, ...more }) as unknown });

async function auditOf(cookie: string) {
  const { entries } = (await ask<AuditPage>('GET', '/api/audit', { cookie })).body;
  return entries
    .filter(({ kind }) => kind.startsWith('forum.') || kind.startsWith('response'))
    .map(({ kind, by, subject, changes }) => ({ kind, by: by?.id, subject, changes }))
    .reverse();
}

test('CAN-1 CAN-2 the list has the account’s forums by title, and the user’s own, which is empty at first', async () => {
  const { supervisor, agent, users } = account;
  const [second, first] = [await newForum(account, 'Returns'), await newForum(account, 'delivery')];
  expect((await list(agent)).body).toEqual({ forums: [first, second, empty(users.agent)] });
  expect((await list(supervisor)).body).toEqual({ forums: [first, second, empty(users.supervisor)] });
  await added(agent, ownForum(users.agent));
  const mine = { ...empty(users.agent), version: 1, count: 1 };
  expect((await list(agent)).body.forums.at(-1)).toEqual(mine);
  expect((await list(supervisor)).body).toEqual({ forums: [first, second, empty(users.supervisor)] });
});

test('CAN-3 CAN-6 a manager adds, changes, removes and restores a forum, and each act is in the audit log', async () => {
  const clock = holdClock();
  const cookie = account.supervisor;
  const { campaign } = await newSite(account);
  const body = { title: '  Orders\u202e  and  returns ', campaigns: [campaign, campaign] };
  const forum = (await ask<Forum>('POST', '/api/forums', { cookie, body })).body;
  const clean = { title: 'Orders and returns', campaigns: [campaign] };
  expect(forum).toEqual({ id: forum.id, ...clean, version: 1, count: 0 });

  const path = `/api/forums/${forum.id}`;
  const changed = { ...forum, title: 'Orders', campaigns: null, version: 2 };
  const renamed = { title: 'Orders', campaigns: null };
  clock.by(1);
  expect(await ask('PATCH', path, { cookie, body: renamed })).toEqual({ status: 200, body: changed });
  // The same again is no change.
  expect(await ask('PATCH', path, { cookie, body: renamed })).toEqual({ status: 200, body: changed });
  clock.by(1);
  expect(await ask('DELETE', path, { cookie })).toEqual({ status: 200, body: { restorableFor: 10_000 } });
  expect((await list(cookie)).body.forums).toEqual([empty(account.users.supervisor)]);
  clock.by(1);
  expect(await ask('POST', `${path}/restore`, { cookie })).toEqual({ status: 200, body: changed });
  expect((await list(cookie)).body.forums[0]).toEqual(changed);

  const by = account.users.supervisor;
  const was = { id: forum.id, name: clean.title };
  const is = { id: forum.id, name: 'Orders' };
  expect(await auditOf(account.administrator)).toEqual([
    { kind: 'forum.added', by, subject: was, changes: null },
    {
      ...{ kind: 'forum.changed', by, subject: was },
      changes: { title: [clean.title, 'Orders'], campaigns: [[campaign], null] },
    },
    { kind: 'forum.deleted', by, subject: is, changes: null },
    { kind: 'forum.restored', by, subject: is, changes: null },
  ]);
});

test('CAN-4 F76 a forum names campaigns of its own account only', async () => {
  const cookie = account.supervisor;
  const foreign = (await newSite(await newAccount())).campaign;
  for (const campaigns of [[foreign], [id('campaign')]]) {
    const body = { title: 'Orders', campaigns };
    const wrong = refused(400, 'bad_request', { field: 'campaigns' });
    expect(await ask('POST', '/api/forums', { cookie, body })).toEqual(wrong);
    const forum = await newForum(account);
    expect(await ask('PATCH', `/api/forums/${forum.id}`, { cookie, body })).toEqual(wrong);
  }
  const none = await ask('POST', '/api/forums', { cookie, body: { title: 'Nowhere', campaigns: [] } });
  expect(none.body).toMatchObject({ campaigns: [] });
});

test('CAN-11 F80 a forum returns whole within 10 seconds by the server’s clock, and not after', async () => {
  const clock = holdClock();
  const cookie = account.supervisor;
  const forum = await newForum(account);
  const response = await added(cookie, forum.id);
  const path = `/api/forums/${forum.id}`;
  const file = () => ask<ForumFile>('GET', `${path}/responses`, { cookie: account.agent });
  const before = await file();
  const [known] = (await list(cookie)).body.forums;

  await ask('DELETE', path, { cookie });
  expect(await file()).toEqual(refused(404, 'not_found'));
  expect(await put(cookie, forum.id, response.id, { version: 1 })).toEqual(refused(404, 'not_found'));
  clock.by(4_000);
  // A retry answers the same removal, and does not extend it.
  expect((await ask('DELETE', path, { cookie })).body).toEqual({ restorableFor: 6_000 });
  clock.by(5_900);
  expect(await ask('POST', `${path}/restore`, { cookie })).toEqual({ status: 200, body: known });
  expect(await ask('POST', `${path}/restore`, { cookie })).toEqual({ status: 200, body: known });
  expect(await file()).toEqual(before);

  await ask('DELETE', path, { cookie });
  clock.by(10_100);
  expect(await ask('POST', `${path}/restore`, { cookie })).toEqual(refused(409, 'too_late'));
  expect(await ask('DELETE', path, { cookie })).toEqual(refused(404, 'not_found'));
});

test('CAN-12 a removed forum’s rows are deleted by a later change, and only they', async () => {
  const clock = holdClock();
  const cookie = account.supervisor;
  const [gone, kept] = [await newForum(account, 'Gone'), await newForum(account, 'Kept')];
  for (const forum of [gone, kept]) await added(cookie, forum.id);
  const rows = async () =>
    (
      await env.DB.prepare('SELECT forum_id AS forum FROM responses WHERE account_id = ?')
        .bind(account.id)
        .all<{ forum: string }>()
    ).results.map(({ forum }) => forum);
  await ask('DELETE', `/api/forums/${gone.id}`, { cookie });
  clock.by(30_000);
  await newForum(account, 'Soon after');
  expect((await rows()).sort()).toEqual([gone.id, kept.id].sort());
  clock.by(30_000);
  await newForum(account, 'A minute after');
  expect(await rows()).toEqual([kept.id]);
  expect(await ask('POST', `/api/forums/${gone.id}/restore`, { cookie })).toEqual(refused(409, 'too_late'));
});

test('CAN-14 an account has at most 200 forums, however many are added at once', async () => {
  const cookie = account.supervisor;
  await env.DB.batch(
    Array.from({ length: maxForums - 2 }, () =>
      env.DB.prepare(
        `INSERT INTO forums (account_id, id, title, version, count, size, created_at) VALUES (?, ?, 'x', 1, 0, 0, 0)`,
      ).bind(account.id, id('forum')),
    ),
  );
  // Own forums do not count.
  await added(account.agent, ownForum(account.users.agent));
  const body = { title: 'One more', campaigns: null };
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => ask<Forum>('POST', '/api/forums', { cookie, body })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 409, 409]);
  const added200 = answers.find(({ status }) => status === 200)?.body.id ?? '';

  const clock = holdClock();
  await ask('DELETE', `/api/forums/${added200}`, { cookie });
  await newForum(account, 'In its place');
  clock.by(1_000);
  expect(await ask('POST', `/api/forums/${added200}/restore`, { cookie })).toEqual(
    refused(409, 'forum_full'),
  );
});

test('S1 an agent reads the account’s forums and changes none; an own forum is no forum of the account', async () => {
  const forum = await newForum(account);
  const { agent, supervisor } = account;
  const path = `/api/forums/${forum.id}`;
  const body = { title: 'Mine', campaigns: null };
  for (const [method, at] of [
    ['POST', '/api/forums'],
    ['PATCH', path],
    ['DELETE', path],
    ['POST', `${path}/restore`],
  ] as const)
    expect(
      await ask(method, at, { cookie: agent, ...(method !== 'DELETE' && { body }) }),
      `${method} ${at}`,
    ).toEqual(refused(403, 'forbidden'));
  expect((await ask('GET', `${path}/responses`, { cookie: agent })).status).toBe(200);

  const own = ownForum(account.users.supervisor);
  await added(supervisor, own);
  expect(await ask('PATCH', `/api/forums/${own}`, { cookie: supervisor, body })).toEqual(
    refused(404, 'not_found'),
  );
  expect(await ask('DELETE', `/api/forums/${own}`, { cookie: supervisor })).toEqual(
    refused(404, 'not_found'),
  );
  const kept = await done(cannedRoutes.responses, { params: { forum: own } }, { cookie: supervisor });
  expect(kept.responses).toHaveLength(1);
});

test('CAN-5 the file’s ETag is the version, and a client that has it gets 304', async () => {
  const cookie = account.agent;
  const forum = await newForum(account);
  const first = await added(account.supervisor, forum.id);
  const path = `/api/forums/${forum.id}/responses`;
  const asked = (tag?: string) =>
    call('GET', path, { cookie, headers: { ...(tag && { 'If-None-Match': tag }) } });
  const answer = await asked();
  expect([answer.headers.get('ETag'), answer.headers.get('Cache-Control')]).toEqual([
    '"2"',
    'private, no-cache',
  ]);
  const { id: response, key, question, answer: text, version } = first;
  expect(await answer.json()).toEqual({
    ...{ forum: forum.id, version: 2 },
    responses: [{ id: response, key, question, answer: text, version }],
  });
  for (const tag of ['"2"', 'W/"2"', '"1", "2"']) {
    const unchanged = await asked(tag);
    const headers = [unchanged.headers.get('ETag'), unchanged.headers.get('Cache-Control')];
    expect([unchanged.status, await unchanged.text(), ...headers]).toEqual([
      ...[304, '', '"2"', 'private, no-cache'],
    ]);
  }
  expect((await asked('"1"')).status).toBe(200);
  await added(account.supervisor, forum.id);
  const next = await asked('"2"');
  expect([next.status, next.headers.get('ETag')]).toEqual([200, '"3"']);
  // A user who may not read it does not learn that it is unchanged.
  const stranger = (await newAccount()).administrator;
  const foreign = await call('GET', path, { cookie: stranger, headers: { 'If-None-Match': '"3"' } });
  expect(foreign.status).toBe(404);
});
