/** An account keeps an administrator who can sign in, against every way to lose the last one. */
import { userBodyOf, type Account, type AuditPage, type User, type UserBody } from '#protocol';
import { expect, test } from 'vitest';
import { ask, call, cookieOf, env, id, newAccount, noMail, password, signIn, type Call } from './client.ts';
import { mailTo, tokenIn } from './mails.ts';

const last = { status: 409, body: { refused: 'last_administrator' } };
const asked = { status: 409, body: { refused: 'own_rights', field: 'roles' } };

const bodyOf = (more: Partial<UserBody> = {}): UserBody => ({
  email: `${crypto.randomUUID()}@example.test`,
  ...{ name: 'Ines Duarte', nickname: '', language: 'en', showsPhoto: true },
  ...{ roles: ['administrator'], manages: true, groups: [], limits: { live: null, nrt: null }, ipRules: [] },
  ...more,
});
const from = (address: string): Call => ({
  env: { BEHIND_CLOUDFLARE: 'true' },
  headers: { 'CF-Connecting-IP': address },
});

/** An account with one administrator, and the changes that can be made to its users. */
async function scene() {
  const account = await newAccount();
  const as = { cookie: account.administrator };
  const self = account.users.administrator;
  const get = async (user: string) => (await ask<User>('GET', `/api/users/${user}`, as)).body;
  const change = async (user: string, more: Partial<UserBody>, options: Call = as, sure = '') =>
    ask<User>('PATCH', `/api/users/${user}${sure && `?sure=${sure}`}`, {
      ...as,
      ...options,
      body: { ...userBodyOf(await get(user)), ...more },
    });
  const add = async (more: Partial<UserBody> & { password?: string }, options: Call = {}) => {
    // A user with a given password also has a confirmed email.
    const given = more.password === undefined ? {} : noMail;
    const call = { ...as, ...options, env: { ...options.env, ...given }, body: { ...bodyOf(), ...more } };
    const made = await ask<User>('POST', '/api/users', call);
    expect(made.status).toBe(200);
    return made.body;
  };
  return { account, as, self, get, change, add };
}

test('the only administrator cannot be demoted, deleted, or lose access to the console', async () => {
  const { as, self, get, change } = await scene();
  const before = await get(self);
  expect(await change(self, { name: 'Changed', roles: ['agent'] }, as, 'rights')).toMatchObject(last);
  expect(await change(self, { name: 'Changed', manages: false }, as, 'rights')).toMatchObject(last);
  expect(await ask('DELETE', `/api/users/${self}`, as)).toMatchObject(last);
  // Neither the change nor an audit entry was written.
  expect(await get(self)).toEqual(before);
  const { body } = await ask<AuditPage>('GET', '/api/audit', as);
  expect(body.entries.filter(({ kind }) => kind.startsWith('user.'))).toEqual([]);
});

test('an invited administrator counts once they have a password and a confirmed email', async () => {
  const { as, self, change, add } = await scene();
  const invited = await add({});
  expect(invited).toMatchObject({ invited: true, emailConfirmed: false });
  await mailTo(invited.email);
  expect(await change(self, { roles: ['agent'] }, as, 'rights')).toMatchObject(last);
  expect(await ask('DELETE', `/api/users/${self}`, as)).toMatchObject(last);
  // A password that somebody else has set does not suffice yet.
  const set = await ask('PUT', `/api/users/${invited.id}/password`, { ...as, body: { password } });
  expect(set.status).toBe(200);
  expect(await change(self, { roles: ['agent'] }, as, 'rights')).toMatchObject(last);
  const token = tokenIn(await mailTo(invited.email, 2));
  expect((await ask('POST', '/api/email/confirm', { body: { token } })).status).toBe(200);
  expect(await change(self, { roles: ['agent'] }, as, 'rights')).toMatchObject({ status: 200 });
});

test.each([
  ['a deleted administrator', async (user: string, as: Call) => ask('DELETE', `/api/users/${user}`, as)],
  [
    'an administrator without the console',
    async (user: string, as: Call) => {
      const { body } = await ask<User>('GET', `/api/users/${user}`, as);
      return ask('PATCH', `/api/users/${user}`, { ...as, body: { ...userBodyOf(body), manages: false } });
    },
  ],
])('%s does not count', async (_, shut) => {
  const { as, self, change, add } = await scene();
  const other = await add({ password });
  expect((await shut(other.id, as)).status).toBe(200);
  expect(await change(self, { roles: ['agent'] }, as, 'rights')).toMatchObject(last);
  expect(await change(self, { manages: false }, as, 'rights')).toMatchObject(last);
});

test('F189 the only administrator cannot exclude themselves by address rules, even with confirmation', async () => {
  const { as, self, get, change } = await scene();
  const before = await get(self);
  const here = { ...as, ...from('10.0.0.1') };
  expect(await change(self, { ipRules: ['192.0.2.0/24'] }, here, 'addresses')).toMatchObject(last);
  expect(await get(self)).toEqual(before);
  // Rules that admit the current address are safe.
  expect((await change(self, { ipRules: ['10.0.0.0/8'] }, here)).status).toBe(200);
});

test('F189 an administrator with address rules counts once they have signed in under them', async () => {
  const { as, self, change, add } = await scene();
  const here = { ...as, ...from('10.0.0.1') };
  const other = await add({ password, ipRules: ['192.0.2.0/24'] }, from('10.0.0.1'));
  expect(await change(self, { roles: ['agent'] }, here, 'rights')).toMatchObject(last);
  // Another change by this administrator from here proves nothing.
  expect((await change(other.id, { name: 'Ines D.' }, here)).status).toBe(200);
  expect(await change(self, { roles: ['agent'] }, here, 'rights')).toMatchObject(last);
  const entry = await call('POST', '/api/login', {
    ...from('192.0.2.9'),
    body: { email: other.email, password },
  });
  expect(entry.status).toBe(200);
  expect((await change(self, { roles: ['agent'] }, here, 'rights')).status).toBe(200);
  // The other administrator, now the last, stays.
  const there = { ...from('192.0.2.9'), cookie: cookieOf(entry) };
  expect(await ask('DELETE', `/api/users/${other.id}`, there)).toMatchObject(last);
});

test('a second factor that an account begins to require loses no administrator: it can be set up', async () => {
  const { account, as } = await scene();
  const { body } = await ask<Account>('GET', '/api/account', as);
  const { id: _, ...settings } = body;
  const change = { ...as, body: { ...settings, needsSecondFactor: true } };
  expect((await ask('PATCH', '/api/account', change)).status).toBe(200);
  const cookie = await signIn(account.emails.administrator);
  expect((await ask('GET', '/api/me', { cookie })).body).toMatchObject({ mustEnroll: true });
  const begun = await ask('POST', '/api/me/second-factor', { cookie, body: { password } });
  expect(begun.status).toBe(200);
});

test('if two administrators demote or delete each other at the same time, one stays', async () => {
  for (const act of ['demote', 'delete'] as const) {
    const { as, self, get, add } = await scene();
    const other = await add({ password });
    const owner = await get(self);
    const pair = [
      { cookie: as.cookie, user: other },
      { cookie: await signIn(other.email), user: owner },
    ];
    const answers = await Promise.all(
      pair.map(({ cookie, user }) => {
        return act === 'delete'
          ? ask('DELETE', `/api/users/${user.id}`, { cookie })
          : ask('PATCH', `/api/users/${user.id}`, {
              cookie,
              body: { ...userBodyOf(user), roles: ['agent'] },
            });
      }),
    );
    const done = answers.filter(({ status }) => status === 200);
    expect(done).toHaveLength(1);
    const usable = env.DB.prepare(
      `SELECT count(*) AS n FROM users WHERE id IN (?, ?) AND deleted_at IS NULL AND instr(roles, 'administrator') > 0`,
    );
    expect(await usable.bind(self, other.id).first('n')).toBe(1);
  }
});

test('a change of one’s own rights needs confirmation; other changes to one’s own row do not', async () => {
  const { as, self, get, change, add } = await scene();
  const before = await get(self);
  await add({ password });
  expect(await change(self, { roles: ['administrator', 'agent'] })).toMatchObject(asked);
  expect(await change(self, { manages: false })).toMatchObject(asked);
  expect(await change(self, { roles: ['agent'] }, as, 'addresses')).toMatchObject(asked);
  expect(await get(self)).toEqual(before);
  expect((await change(self, { nickname: 'Innie' })).status).toBe(200);
  const both = { ...as, ...from('10.0.0.1') };
  const shut = { roles: ['agent' as const], ipRules: ['192.0.2.0/24'] };
  expect(await change(self, shut, both, 'rights')).toMatchObject({ body: { refused: 'locks_you_out' } });
  expect((await change(self, shut, both, 'rights,addresses')).status).toBe(200);
  expect(await ask('GET', '/api/me', as)).toMatchObject({ status: 401, body: { reason: 'rights' } });
});

test('an account that never had an administrator can still be changed', async () => {
  const account = id('account');
  const user = id('user');
  await env.DB.prepare(
    `INSERT INTO users (account_id, id, email, name, password_hash, roles, created_at)
     VALUES (?, ?, ?, 'X', 'hash', '["agent"]', 0)`,
  )
    .bind(account, user, `${user}@example.test`)
    .run();
  const change = env.DB.prepare(`UPDATE users SET roles = '["supervisor"]' WHERE account_id = ?`).bind(
    account,
  );
  expect((await change.run()).meta.changes).toBe(1);
});
