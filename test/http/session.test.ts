import { limits, ofNetworks } from '#domain/base/limits';
import type { Me, Session } from '#protocol';
import { beforeAll, expect, test } from 'vitest';
import { reserve } from '../../worker/actors/limits.ts';
import {
  ask,
  call,
  cookieOf,
  env,
  from,
  id,
  newAccount,
  password,
  signIn,
  standingClock,
  type Call,
  type TestAccount,
} from './client.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await newAccount();
});

const signOut = {
  status: 401,
  body: { refused: 'signed_out', message: 'There is no valid session. Sign in first.' },
};
const login = (email: string, pass: string, more: Call = {}) =>
  call('POST', '/api/login', { body: { email, password: pass }, ...more });

test('SGN-1 signing in returns the user, and a cookie that only this server receives', async () => {
  const response = await login(account.emails.agent, password);
  expect(response.status).toBe(200);
  const me = await response.json<Me>();
  expect(me).toMatchObject({
    email: account.emails.agent,
    name: 'Zoë agent 🦊',
    roles: ['agent'],
    account: { id: account.id, name: 'Test account', timeZone: 'Europe/Sofia' },
  });
  const [cookie] = response.headers.getSetCookie();
  expect(cookie).toMatch(/^__Host-parley=acc_[a-z0-9]{26}\.usr_[a-z0-9]{26}\.ses_[a-z0-9]{26}\.[\w-]{43};/);
  for (const part of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) expect(cookie).toContain(part);
  expect(cookie).not.toContain('Domain');
  expect((await ask<Me>('GET', '/api/me', { cookie: cookieOf(response) })).body).toEqual(me);
});

test('SGN-1 the case of an email does not matter, that of a password does', async () => {
  expect((await login(` ${account.emails.agent.toUpperCase()} `, password)).status).toBe(200);
  expect((await login(account.emails.agent, password.toUpperCase())).status).toBe(401);
});

test('SGN-4 an unknown email and a wrong password get the same answer', async () => {
  const answers = [];
  for (const email of [account.emails.supervisor, 'nobody@example.test', 'not an email', '']) {
    const response = await login(email, 'wrong');
    const headers = [...response.headers].filter(([name]) => name !== 'date');
    answers.push(JSON.stringify({ status: response.status, headers, body: await response.text() }));
  }
  expect(new Set(answers).size).toBe(1);
  expect(JSON.parse(answers[0] ?? '')).toMatchObject({ status: 401 });
});

test.each([
  ['nothing', undefined],
  ['no JSON', '{"email":'],
  ['an array', []],
  ['null', null],
  ['no password', { email: 'a@b.test' }],
  ['an object for a string', { email: { $ne: null }, password: 'x' }],
  ['a field too many', { email: 'a@b.test', password: 'x', admin: true }],
  ['a very long password', { email: 'a@b.test', password: 'x'.repeat(201) }],
  ['very deep JSON', '['.repeat(20_000)],
])('REQ-6 signing in with %s is a bad request', async (_, body) => {
  const answer = await ask('POST', '/api/login', { body, headers: { 'Content-Type': 'application/json' } });
  expect(answer).toMatchObject({ status: 400, body: { refused: 'bad_request' } });
});

test('S7 after five wrong passwords even the right one has to wait, and then is accepted', async () => {
  const email = account.emails.administrator;
  const behind = from('203.0.113.8');
  const clock = standingClock();
  /** A guess, and the time that its hash takes. */
  const guess = async () => {
    const { status } = await login(email, 'wrong', behind);
    clock.mockReturnValue(Date.now() + 250);
    return status;
  };
  for (let i = 0; i < 5; i++) expect(await guess()).toBe(401);
  const early = await login(email, password, behind);
  expect(early.status).toBe(429);
  expect(early.headers.get('Retry-After')).toBe('1');
  const refusal = await early.json<{ refused: string; retryAfter: number }>();
  expect(refusal.refused).toBe('slow_down');
  // On another network there were no guesses.
  expect((await login(email, password, from('203.0.113.9'))).status).toBe(200);
  clock.mockReturnValue(Date.now() + refusal.retryAfter);
  expect((await login(email, password, behind)).status).toBe(200);
  // After the success five attempts are free again.
  for (let i = 0; i < 5; i++) expect(await guess()).toBe(401);
});

test('S7 unknown emails are throttled like known ones', async () => {
  const email = `${crypto.randomUUID()}@example.test`;
  const behind = from('203.0.113.10');
  standingClock();
  for (let i = 0; i < 5; i++) expect((await login(email, 'wrong', behind)).status).toBe(401);
  expect((await login(email, 'wrong', behind)).status).toBe(429);
});

/** Uses up the networks' allowance, whatever the email. */
async function guessAllDay(networks: readonly string[], times: number) {
  const counted = ofNetworks('signInNetwork', networks);
  for (let i = 0; i < times; i++) await reserve(env, networks.at(-1) ?? '', counted);
}

test('S7 an address that guesses for many users has to wait, if client addresses can be believed', async () => {
  await guessAllDay(['203.0.113.7'], limits.signInNetwork.free);
  const behind = from('203.0.113.7');
  expect((await login(account.emails.agent, password, behind)).status).toBe(429);
  // Without such a proxy the header is only what a client wrote.
  expect((await login(account.emails.agent, password, { headers: behind.headers })).status).toBe(200);
});

test('S7 an IPv6 client is counted by its /64, and by the wider networks, which have higher limits', async () => {
  const wider = '2001:db8:1::/48';
  await guessAllDay(['2001:db8:1:2::/64', '2001:db8:1::/56', wider], limits.signInNetwork.free);
  for (const address of ['2001:db8:1:2::1', '2001:0DB8:0001:2:ffff::', '2001:db8:1:2:3:4:5:6'])
    expect((await login(account.emails.agent, password, from(address))).status).toBe(429);
  expect((await login(account.emails.agent, password, from('2001:db8:1:3::1'))).status).toBe(200);
  // The /48 has four times the limit.
  for (let i = 0; i < 3 * limits.signInNetwork.free; i++)
    await guessAllDay([`2001:db8:1:f${i}::/64`, `2001:db8:1:f${i}::/56`, wider], 1);
  expect((await login(account.emails.agent, password, from('2001:db8:1:ffff::1'))).status).toBe(429);
  expect((await login(account.emails.agent, password, from('2001:db8:2::1'))).status).toBe(200);
});

test('SGN-6 signing out revokes the session on the server', async () => {
  const cookie = await signIn(account.emails.agent);
  const other = await signIn(account.emails.agent);
  const response = await call('POST', '/api/logout', { cookie });
  expect(response.status).toBe(200);
  expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-parley=;.*Max-Age=0/);
  expect(await ask('GET', '/api/me', { cookie })).toEqual(signOut);
  expect((await ask('GET', '/api/me', { cookie: other })).status).toBe(200);
  // Repeating is no error: the answer may have been lost.
  expect((await call('POST', '/api/logout', { cookie })).status).toBe(200);
});

test('S9 each sign-in makes a session of its own', async () => {
  const cookies = await Promise.all([signIn(account.emails.agent), signIn(account.emails.agent)]);
  expect(new Set(cookies).size).toBe(2);
});

test('SGN-7 an incomplete or wrong credential is refused', async () => {
  const [acc, usr, ses, secret] = account.agent.replace('__Host-parley=', '').split('.') as [
    string,
    ...string[],
  ];
  const [, otherUser, otherSession] = account.supervisor.split('.');
  const tokens = [
    '',
    'x',
    '...',
    `${acc}.${usr}.${ses}`,
    `${acc}.${usr}.${ses}.`,
    `${acc}.${usr}.${ses}.${secret}.`,
    `${acc}.${usr}.${ses}.${secret?.slice(1)}`,
    `${acc}.${usr}.${ses}.${'A'.repeat(43)}`,
    `${acc}.${usr}.${otherSession}.${secret}`,
    `${acc}.${otherUser}.${ses}.${secret}`,
    `${id('account')}.${usr}.${ses}.${secret}`,
    `${acc}.${id('user')}.${ses}.${secret}`,
    `${usr}.${acc}.${ses}.${secret}`,
    `${acc}:${usr}.${usr}.${ses}.${secret}`,
    `${acc}.../../x.${ses}.${secret}`,
    `__proto__.constructor.prototype.${'a'.repeat(43)}`,
  ];
  for (const token of tokens) {
    expect(await ask('GET', '/api/me', { cookie: `__Host-parley=${token}` })).toEqual(signOut);
  }
  // The name without its prefix is another cookie, which a neighbouring host could have set.
  expect(await ask('GET', '/api/me', { cookie: account.agent.replace('__Host-', '') })).toEqual(signOut);
  expect(await ask('GET', '/api/me')).toEqual(signOut);
});

test('S9 SGN-8 a user’s own sessions are listed, and each can be ended together with its sockets', async () => {
  const own = await newAccount();
  const enter = async (device: string) => {
    const body = { email: own.emails.supervisor, password };
    const headers = { 'User-Agent': device, 'CF-Connecting-IP': '203.0.113.9' };
    return cookieOf(await call('POST', '/api/login', { body, headers, env: { BEHIND_CLOUDFLARE: 'true' } }));
  };
  const list = async (cookie: string) =>
    (await ask<{ sessions: Session[] }>('GET', '/api/me/sessions', { cookie })).body.sessions;
  const [laptop, phone] = [await enter('Laptop'), await enter('Phone')];
  const seen = await list(laptop);
  expect(seen).toHaveLength(3);
  const of = (device: string) => seen.find((session) => session.device === device);
  expect(of('Laptop')).toMatchObject({ current: true, address: '203.0.113.9' });
  expect(of('Phone')).toMatchObject({ current: false });
  // No secret, and no other user's session.
  expect(JSON.stringify(seen)).not.toContain(phone.split('.').at(-1));
  expect(await ask('GET', '/api/me/sessions')).toMatchObject({ status: 401 });
  const foreign = `/api/me/sessions/${of('Phone')?.id}`;
  expect(await ask('DELETE', foreign, { cookie: own.agent })).toMatchObject({ status: 404 });
  expect((await call('GET', '/api/me', { cookie: phone })).status).toBe(200);

  expect((await call('DELETE', foreign, { cookie: laptop })).status).toBe(200);
  expect((await call('GET', '/api/me', { cookie: phone })).status).toBe(401);
  expect((await call('DELETE', '/api/me/sessions', { cookie: laptop })).status).toBe(200);
  expect((await call('GET', '/api/me', { cookie: own.supervisor })).status).toBe(401);
  expect(await list(laptop)).toEqual([of('Laptop')]);
});
