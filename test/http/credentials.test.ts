/** Proofs of identity: the user's own password, links by mail, the second factor. */
import type { AuditPage, Me, User } from '#protocol';
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { hashSecret, newSecret } from '../../worker/actors/credentials.ts';
import { agentStub } from '../../worker/actors/stubs.ts';
import { eventually } from '../helpers/eventually.ts';
import {
  ask,
  call,
  cookieOf,
  env,
  from,
  newAccount,
  password,
  signIn,
  standingClock,
  type TestAccount,
} from './client.ts';
import { mailsTo, mailTo, tokenIn } from './mails.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await newAccount();
});
afterEach(() => {
  vi.useRealTimers();
});

const next = 'a horse of another colour';
const login = (email: string, pass: string, more = {}) =>
  call('POST', '/api/login', { body: { email, password: pass, ...more } });
const signedOut = { status: 401, body: { refused: 'signed_out' } };

test('PWD-9 F185 a changed password ends all sessions; the one that changed it continues under a new id', async () => {
  const { emails } = await newAccount();
  const [mine, other] = [await signIn(emails.agent), await signIn(emails.agent)];
  const wrong = await ask('PUT', '/api/me/password', {
    cookie: mine,
    body: { current: 'no', password: next },
  });
  expect(wrong).toMatchObject({ status: 403, body: { refused: 'wrong_password' } });
  const short = await ask('PUT', '/api/me/password', {
    cookie: mine,
    body: { current: password, password: 'x' },
  });
  expect(short).toMatchObject({ status: 400, body: { field: 'password' } });
  expect((await ask('GET', '/api/me', { cookie: other })).status).toBe(200);

  const changed = await call('PUT', '/api/me/password', {
    cookie: mine,
    body: { current: password, password: next },
  });
  expect(changed.status).toBe(200);
  const renewed = cookieOf(changed);
  expect(renewed.split('.')[2]).not.toBe(mine.split('.')[2]);
  expect((await ask<Me>('GET', '/api/me', { cookie: renewed })).body.email).toBe(emails.agent);
  for (const cookie of [mine, other])
    expect(await ask('GET', '/api/me', { cookie })).toMatchObject({
      ...signedOut,
      body: { message: 'The password has changed. Sign in again.' },
    });
  expect((await login(emails.agent, password)).status).toBe(401);
  expect((await login(emails.agent, next)).status).toBe(200);
});

test('S7 a stranger at an unlocked screen cannot guess the password there', async () => {
  const own = await newAccount();
  const cookie = own.agent;
  const guess = () => ask('PUT', '/api/me/password', { cookie, body: { current: 'no', password: next } });
  standingClock();
  for (let i = 0; i < 5; i++) expect((await guess()).status).toBe(403);
  expect(await guess()).toMatchObject({ status: 429, body: { refused: 'slow_down' } });
});

test('F3 a session that is not remembered ends with the browser, and after a day', async () => {
  const { emails } = await newAccount();
  const brief = await login(emails.agent, password);
  expect(brief.headers.getSetCookie()[0]).not.toMatch(/Max-Age|Expires/);
  const long = await login(emails.agent, password, { remember: true });
  expect(long.headers.getSetCookie()[0]).toMatch(/Max-Age=25919\d\d/);
  const at = Date.now();
  const ask24 = async (cookie: string, hours: number) => {
    vi.useFakeTimers({ toFake: ['Date'], now: at + hours * 3_600_000 });
    return (await ask('GET', '/api/me', { cookie })).status;
  };
  // In use every few hours: its age ends it.
  for (const hours of [5, 10, 15, 20, 23.9]) expect(await ask24(cookieOf(brief), hours)).toBe(200);
  expect(await ask24(cookieOf(brief), 24.1)).toBe(401);
  expect(await ask24(cookieOf(long), 24.1)).toBe(200);
  // Unused for a week.
  expect(await ask24(cookieOf(long), 24 * 8.1)).toBe(401);
});

test('F2 the status that is chosen at sign-in is the first one', async () => {
  const { emails } = await newAccount();
  const me = await (await login(emails.supervisor, password, { status: 'offline' })).json<Me>();
  expect(me.status).toBe('offline');
  expect(await (await login(emails.supervisor, password)).json<Me>()).toMatchObject({ status: 'online' });
  expect((await login(emails.agent, password, { status: 'asleep' })).status).toBe(400);
});

test('PWD-3 a forgotten password: the mailed link sets a new one, once, and ends all sessions', async () => {
  const own = await newAccount();
  const email = own.emails.agent;
  const forgotten = (of: string) => ask('POST', '/api/password/forgotten', { body: { email: of } });
  expect(await forgotten(` ${email.toUpperCase()}`)).toEqual({ status: 200, body: {} });
  // The answer does not reveal whether the email is known.
  expect(await forgotten('nobody@example.test')).toEqual({ status: 200, body: {} });
  const mail = await mailTo(email);
  expect(mail).toMatchObject({ from: 'parley@demo.test', subject: 'Reset your Parley password' });
  expect(await mailsTo('nobody@example.test')).toEqual([]);
  const token = tokenIn(mail);
  const redeem = (body: object) => ask('POST', '/api/password/redeem', { body });
  const about = (body: object) => ask('POST', '/api/password/link', { body });
  const told = { kind: 'reset', account: 'Test account', name: 'Zoë agent 🦊', email };
  for (let i = 0; i < 2; i++) expect(await about({ token })).toEqual({ status: 200, body: told });
  expect(await redeem({ token, password: 'short' })).toMatchObject({ status: 400 });
  const [acc, usr, secret = ''] = token.split('.');
  const others = [`${acc}.${usr}.${'A'.repeat(43)}`, `${acc}.${own.users.supervisor}.${secret}`, 'x', ''];
  for (const bad of others) {
    expect(await about({ token: bad })).toMatchObject({ status: 410, body: { refused: 'link_expired' } });
    expect(await redeem({ token: bad, password: next })).toMatchObject({
      status: 410,
      body: { refused: 'link_expired' },
    });
  }
  const answers = await Promise.all([redeem({ token, password: next }), redeem({ token, password: next })]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
  expect(await ask('GET', '/api/me', { cookie: own.agent })).toMatchObject(signedOut);
  expect((await login(email, next)).status).toBe(200);
  expect((await redeem({ token, password: next })).status).toBe(410);
  expect((await about({ token })).status).toBe(410);
});

test('PWD-5 S7 a newer link leaves earlier ones valid, until one is used, or for half an hour', async () => {
  const own = await newAccount();
  const email = own.emails.agent;
  const forgotten = () => ask('POST', '/api/password/forgotten', { body: { email } });
  const tokens = [];
  for (let i = 1; i <= 4; i++) {
    await forgotten();
    tokens.push(tokenIn(await mailTo(email, i)));
  }
  const [first = '', second = '', third = '', fourth = ''] = tokens;
  const redeem = (token: string) => ask('POST', '/api/password/redeem', { body: { token, password: next } });
  const about = (token: string) => ask('POST', '/api/password/link', { body: { token } });
  for (const token of tokens) expect((await about(token)).status).toBe(200);
  expect((await redeem(second)).status).toBe(200);
  for (const token of tokens) expect((await redeem(token)).status).toBe(410);
  expect(new Set([first, second, third, fourth]).size).toBe(4);
});

test('PWD-4 a link expires after half an hour', async () => {
  const { agent: email } = (await newAccount()).emails;
  await ask('POST', '/api/password/forgotten', { body: { email } });
  const token = tokenIn(await mailTo(email));
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31 * 60_000 });
  expect((await ask('POST', '/api/password/redeem', { body: { token, password: next } })).status).toBe(410);
});

test('PWD-5 S7 a link of an earlier version is valid, and so is a new one beside it', async () => {
  const own = await newAccount();
  const email = own.emails.agent;
  const agent = agentStub(env, own.id, own.users.agent);
  const secret = newSecret();
  const old = { reset: { hash: await hashSecret(secret), expiresAt: Date.now() + 60_000 } };
  await runInDurableObject(agent, (_, { storage }) => {
    storage.sql.exec(`INSERT INTO registers (name, value) VALUES ('links', ?)`, JSON.stringify(old));
  });
  await evictDurableObject(agent);
  await ask('POST', '/api/password/forgotten', { body: { email } });
  const tokens = [tokenIn(await mailTo(email)), `${own.id}.${own.users.agent}.${secret}`];
  for (const token of tokens)
    expect((await ask('POST', '/api/password/link', { body: { token } })).status).toBe(200);
});

test('S7 a stranger cannot flood a mailbox: after three mails the next has to wait', async () => {
  const email = `${crypto.randomUUID()}@example.test`;
  const forgotten = () =>
    ask('POST', '/api/password/forgotten', { body: { email }, ...from('203.0.113.20') });
  for (let i = 0; i < 3; i++) expect((await forgotten()).status).toBe(200);
  expect(await forgotten()).toMatchObject({ status: 429, body: { refused: 'slow_down' } });
});

test('PWD-4 if no mail can be sent, or its links could lead anywhere, none is promised', async () => {
  const unset = (bindings: object) => ({ env: { ...bindings } as Partial<typeof env> });
  const none = unset({ SMTP_URL: undefined });
  expect((await ask('GET', '/api/deployment', none)).body).toEqual({
    mail: false,
    addresses: false,
    help: null,
  });
  expect((await ask('GET', '/api/deployment')).body).toEqual({ mail: true, addresses: false, help: null });
  const body = { email: account.emails.agent };
  const noMail = { status: 409, body: { refused: 'no_mail' } };
  expect(await ask('POST', '/api/password/forgotten', { body, ...none })).toMatchObject(noMail);
  // A request can claim any host.
  for (const PUBLIC_URL of [undefined, '', 'parley.test', 'ftp://parley.test'])
    for (const BEHIND_CLOUDFLARE of ['true', 'false']) {
      const anyHost = { ...unset({ PUBLIC_URL, BEHIND_CLOUDFLARE }), host: 'https://evil.test' };
      expect(await ask('POST', '/api/password/forgotten', { body, ...anyHost })).toMatchObject(noMail);
      expect((await ask('GET', '/api/deployment', anyHost)).body).toMatchObject({ mail: false });
    }
});

test('F185 an invitation: the user exists, and signs in with a password of their own', async () => {
  const email = `${crypto.randomUUID()}@example.test`;
  const base = { name: 'Ines Duarte', nickname: '', language: 'ru', showsPhoto: true, roles: ['agent'] };
  const rest = { manages: true, groups: [], limits: { live: null, nrt: null }, ipRules: [] };
  const cookie = account.administrator;
  const made = await ask<User>('POST', '/api/users', { cookie, body: { email, ...base, ...rest } });
  expect(made).toMatchObject({ status: 200, body: { invited: true } });
  for (const guess of ['', ' ', 'undefined']) expect((await login(email, guess)).status).not.toBe(200);
  const mail = await mailTo(email);
  expect(mail.subject).toBe('Zoë administrator 🦊 приглашает вас в Parley');
  expect((await ask('POST', `/api/users/${made.body.id}/invite`, { cookie })).status).toBe(200);
  const again = tokenIn(await mailTo(email, 2));
  const redeem = (token: string) => ask('POST', '/api/password/redeem', { body: { token, password: next } });
  expect((await redeem(again)).status).toBe(200);
  expect((await redeem(tokenIn(mail))).status).toBe(410);
  expect((await login(email, next)).status).toBe(200);
  expect((await ask<User>('GET', `/api/users/${made.body.id}`, { cookie })).body).toMatchObject({
    ...{ invited: false, emailConfirmed: true },
  });
  expect((await ask('POST', `/api/users/${made.body.id}/invite`, { cookie })).status).toBe(409);
});

test('AUD-1 the audit log for administrators: who did what, when and from which address', async () => {
  const own = await newAccount();
  const cookie = own.administrator;
  const headers = { 'CF-Connecting-IP': '203.0.113.9', 'User-Agent': 'Firefox' };
  const behind = { headers, env: { BEHIND_CLOUDFLARE: 'true' } };
  const wrong = { body: { email: own.emails.agent, password: 'wrong' }, ...behind };
  expect((await call('POST', '/api/login', wrong)).status).toBe(401);
  const right = { body: { email: own.emails.agent, password }, ...behind };
  expect((await call('POST', '/api/login', right)).status).toBe(200);
  const group = { name: 'Sales', members: [own.users.agent] };
  expect((await ask('POST', '/api/groups', { cookie, body: group })).status).toBe(200);
  await ask('DELETE', `/api/users/${own.users.agent}`, { cookie });
  const list = async (query = '', as = cookie) => ask<AuditPage>('GET', `/api/audit${query}`, { cookie: as });
  await eventually(async () => expect((await list()).body.entries).toHaveLength(4));
  const { entries } = (await list()).body;
  const administrator = { id: own.users.administrator, name: 'Zoë administrator 🦊' };
  const agent = { id: own.users.agent, name: 'Zoë agent 🦊' };
  expect(entries.map(({ kind, by, subject }) => ({ kind, by, subject }))).toEqual(
    expect.arrayContaining([
      { kind: 'user.deleted', by: administrator, subject: agent },
      { kind: 'group.added', by: administrator, subject: { id: expect.any(String), name: 'Sales' } },
      { kind: 'sign_in.done', by: agent, subject: null },
      { kind: 'sign_in.refused', by: null, subject: agent },
    ]),
  );
  expect(entries.find(({ kind }) => kind === 'sign_in.refused')).toMatchObject({
    address: '203.0.113.9',
    device: 'Firefox',
  });
  expect(JSON.stringify(entries)).not.toMatch(/wrong|correct horse|scrypt/);
  // In pages, and filtered.
  const first = (await list('?limit=3')).body;
  const second = (await list(`?limit=3&after=${encodeURIComponent(first.next ?? '')}`)).body;
  expect([...first.entries, ...second.entries]).toEqual(entries);
  expect(second.next).toBeNull();
  expect((await list('?kind=group.added')).body.entries).toHaveLength(1);
  expect((await list(`?user=${own.users.agent}`)).body.entries).toHaveLength(3);
  expect((await list('?after=x')).status).toBe(400);
  for (const other of [own.supervisor, account.agent]) expect((await list('', other)).status).toBe(403);
  expect(
    (await list('', account.administrator)).body.entries.every(({ subject }) => subject?.id !== agent.id),
  ).toBe(true);
});
