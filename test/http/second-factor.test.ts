/** The second factor: set up, required, and not removable with the password alone. */
import type { AuditPage, Me, RecoveryCodes, SecondFactorSecret } from '#protocol';
import { Secret, TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { Browser } from './browser.ts';
import { ask, call, from, newAccount, password, signIn, standingClock } from './client.ts';
import { mailsTo, mailTo } from './mails.ts';

const login = (email: string, pass: string) =>
  call('POST', '/api/login', { body: { email, password: pass } });
const signedOut = { status: 401, body: { refused: 'signed_out' } };

/** The code that an authenticator app would show after this many periods. */
const codeOf = (secret: string, periods = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + periods * 30_000 });

/** `used` is the code that set it up: half a minute later the app shows another one. */
async function enroll(cookie: string): Promise<{ secret: string; codes: string[]; used: string }> {
  const begun = await ask<SecondFactorSecret>('POST', '/api/me/second-factor', {
    cookie,
    body: { password },
  });
  const { secret } = begun.body;
  const used = codeOf(secret);
  const body = { code: used };
  const { status, body: done } = await ask<RecoveryCodes>('PUT', '/api/me/second-factor', { cookie, body });
  expect(status).toBe(200);
  return { secret, codes: done.codes, used };
}

test('TWO-2 a second factor is set up with a code and required at sign-in, and a code is accepted once', async () => {
  const { emails } = await newAccount();
  const cookie = await signIn(emails.agent);
  const other = await signIn(emails.agent);
  expect((await ask('PUT', '/api/me/second-factor', { cookie, body: { code: '123456' } })).status).toBe(401);
  const wrong = await ask('POST', '/api/me/second-factor', { cookie, body: { password: 'no' } });
  expect(wrong).toMatchObject({ status: 403, body: { refused: 'wrong_password' } });
  const { secret, codes, used } = await enroll(cookie);
  expect(new Set(codes).size).toBe(10);
  expect((await ask<Me>('GET', '/api/me', { cookie })).body).toMatchObject({ secondFactor: true });
  // Sessions that were opened with the password alone have ended.
  expect(await ask('GET', '/api/me', { cookie: other })).toMatchObject(signedOut);

  const attempt = async (code?: string) => {
    const body = { email: emails.agent, password, ...(code !== undefined && { code }) };
    const response = await call('POST', '/api/login', { body, ...from('203.0.113.21') });
    return response.status === 200 ? 'in' : (await response.json<{ refused: string }>()).refused;
  };
  expect(await attempt()).toBe('code_needed');
  // The code that set it up was used up by that.
  expect(await attempt(used)).toBe('wrong_code');
  const code = codeOf(secret, 1);
  const twice = await Promise.all([attempt(code), attempt(code)]);
  expect(twice.sort()).toEqual(['in', 'wrong_code']);
  expect(await attempt(codes[0]?.toUpperCase().replace('-', ' '))).toBe('in');
  expect(await attempt(codes[0])).toBe('wrong_code');
  expect(await attempt(codes[1])).toBe('in');
  // Guesses at codes count as attempts like guesses at passwords.
  const tries = [];
  standingClock();
  for (let i = 0; i < 7; i++) tries.push(await attempt('000000'));
  expect(tries).toContain('slow_down');
});

test('TWO-6 a user who has lost their app gets in with an administrator’s help', async () => {
  const own = await newAccount();
  const cookie = await signIn(own.emails.agent);
  await enroll(cookie);
  const path = `/api/users/${own.users.agent}/second-factor`;
  expect((await ask('DELETE', path, { cookie: own.supervisor })).status).toBe(403);
  expect((await ask('DELETE', path, { cookie: own.administrator })).status).toBe(200);
  expect((await login(own.emails.agent, password)).status).toBe(200);
});

test('TWO-8 an account may require a second factor of everybody: without it nothing else is open', async () => {
  const own = await newAccount();
  const ready = await signIn(own.emails.administrator);
  const { codes } = await enroll(ready);
  const { body: known } = await ask<object>('GET', '/api/account', { cookie: ready });
  const { id: _, ...settings } = known as { id: string };
  const body = { ...settings, needsSecondFactor: true };
  expect((await ask('PATCH', '/api/account', { cookie: ready, body })).status).toBe(200);
  const needed = { status: 403, body: { refused: 'second_factor_needed' } };
  // It applies to signed-in users at once, at every route.
  for (const path of ['/api/users', '/api/account', '/api/conversations', '/api/me/sessions'])
    expect(await ask('GET', path, { cookie: own.supervisor })).toMatchObject(needed);
  const upgrade = {
    Upgrade: 'websocket',
    Origin: 'https://parley.test',
    'Sec-WebSocket-Protocol': 'parley.1',
  };
  const socket = await ask('GET', '/api/agent/socket', { cookie: own.supervisor, headers: upgrade });
  expect(socket).toMatchObject(needed);
  expect((await ask<Me>('GET', '/api/me', { cookie: own.supervisor })).body).toMatchObject({
    mustEnroll: true,
  });
  expect((await ask('GET', '/api/users', { cookie: ready })).status).toBe(200);
  await enroll(own.supervisor);
  expect((await ask('GET', '/api/users', { cookie: own.supervisor })).status).toBe(200);
  const remove = await ask('POST', '/api/me/second-factor/remove', {
    cookie: ready,
    body: { password, code: codes[0] },
  });
  expect(remove).toMatchObject(needed);
});

test('a second factor is neither removed nor replaced with the password alone', async () => {
  const own = await newAccount();
  const cookie = await signIn(own.emails.agent);
  const { secret, codes } = await enroll(cookie);
  const begin = (body: object) => ask('POST', '/api/me/second-factor', { cookie, body });
  const remove = (body: object) => ask('POST', '/api/me/second-factor/remove', { cookie, body });
  for (const request of [begin, remove]) {
    expect(await request({ password })).toMatchObject({ status: 401, body: { refused: 'code_needed' } });
    expect(await request({ password: 'no', code: codes[0] })).toMatchObject({
      status: 403,
      body: { refused: 'wrong_password' },
    });
  }
  // The code that set it up was used up by that.
  expect(await remove({ password, code: codeOf(secret) })).toMatchObject({ body: { refused: 'wrong_code' } });
  expect((await ask<Me>('GET', '/api/me', { cookie })).body.secondFactor).toBe(true);
  // A new one replaces it only after confirmation.
  const begun = await ask<SecondFactorSecret>('POST', '/api/me/second-factor', {
    cookie,
    body: { password, code: codes[1] },
  });
  expect(begun.status).toBe(200);
  expect(await remove({ password, code: codeOf(begun.body.secret, 1) })).toMatchObject({ status: 401 });
  expect(await remove({ password, code: codes[1] })).toMatchObject({ body: { refused: 'wrong_code' } });
  expect((await remove({ password, code: codes[2] })).status).toBe(200);
  expect((await ask<Me>('GET', '/api/me', { cookie })).body.secondFactor).toBe(false);
  expect((await login(own.emails.agent, password)).status).toBe(200);
});

test('S7 codes cannot be guessed in a session, nor with a known password', async () => {
  const own = await newAccount();
  const cookie = await signIn(own.emails.agent);
  await enroll(cookie);
  standingClock();
  const tries = [];
  for (let i = 0; i < 6; i++) {
    const body = { password, code: '000000' };
    tries.push((await ask('POST', '/api/me/second-factor/remove', { cookie, body })).body.refused);
  }
  expect(tries).toEqual([...Array.from({ length: 5 }, () => 'wrong_code'), 'slow_down']);
  // From any number of networks: after ten wrong codes the next one waits.
  const guesses = [];
  for (let i = 0; i < 11; i++) {
    const behind = from(`203.0.113.${80 + i}`);
    const body = { email: own.emails.agent, password, code: '000000' };
    guesses.push((await ask('POST', '/api/login', { body, ...behind })).body.refused);
  }
  expect(guesses).toEqual([...Array.from({ length: 10 }, () => 'wrong_code'), 'slow_down']);
});

test('the owner is mailed about each change, in their language, without a link', async () => {
  const own = await newAccount('Acme http://evil.test');
  const email = own.emails.agent;
  const browser = new Browser();
  expect(await browser.signIn(email)).toBe(200);
  const begun = await browser.ask<SecondFactorSecret>('POST', '/api/me/second-factor', { password });
  const { secret } = begun.body;
  const done = await browser.ask<RecoveryCodes>('PUT', '/api/me/second-factor', { code: codeOf(secret) });
  expect(done.status).toBe(200);
  const on = await mailTo(email, 1);
  expect(on.subject).toBe('Two-factor authentication was turned on');
  const [code] = done.body.codes;
  expect((await browser.send('POST', '/api/me/second-factor/remove', { password, code })).status).toBe(200);
  const off = await mailTo(email, 2);
  expect(off.subject).toBe('Two-factor authentication was turned off');
  const next = 'a horse of another colour';
  const change = { current: password, password: next };
  expect((await browser.send('PUT', '/api/me/password', change)).status).toBe(200);
  const changed = await mailTo(email, 3);
  expect(changed.subject).toBe('Your Parley password was changed');
  for (const { text } of [on, off, changed]) {
    expect(text).toContain('Acme http evil test');
    expect(text).not.toMatch(/:\/\/|www\./);
  }
  const path = `/api/users/${own.users.supervisor}/password`;
  const set = { cookie: own.administrator, body: { password: next } };
  expect((await ask('PUT', path, set)).status).toBe(200);
  expect((await mailTo(own.emails.supervisor)).subject).toBe('Your Parley password was changed');
  const audit = await ask<AuditPage>('GET', '/api/audit', { cookie: own.administrator });
  const kinds = audit.body.entries.map(({ kind }) => kind);
  for (const kind of ['second_factor.on', 'second_factor.off', 'password.changed', 'user.password_set'])
    expect(kinds).toContain(kind);
});

test('without mail changes still succeed, and none is promised', async () => {
  const own = await newAccount();
  const browser = new Browser({ env: { SMTP_URL: '' } });
  expect(await browser.signIn(own.emails.agent)).toBe(200);
  const change = { current: password, password: 'a horse of another colour' };
  expect((await browser.send('PUT', '/api/me/password', change)).status).toBe(200);
  // A mail that is sent later arrives, and no other has.
  await ask('POST', '/api/password/forgotten', { body: { email: own.emails.agent } });
  await eventually(async () => expect(await mailsTo(own.emails.agent)).toHaveLength(1));
});
