/** Invitations go to strangers: their number is limited, and so are their words. */
import { limits } from '#domain/base/limits';
import type { AuditPage, User } from '#protocol';
import { expect, test } from 'vitest';
import { overLimit } from '../../worker/actors/limits.ts';
import { ask, env, newAccount, standingClock, type TestAccount } from './client.ts';
import { mailsTo, mailTo, tokenIn } from './mails.ts';

const tooMany = { status: 429, body: { refused: 'too_many_invitations' } };
const somebody = () => `${crypto.randomUUID()}@example.test`;
const rest = {
  ...{ nickname: '', language: 'en', showsPhoto: true, roles: ['agent'], manages: true },
  ...{ groups: [], limits: { live: null, nrt: null }, ipRules: [] },
};
const add = (account: TestAccount, email: string, more = {}) =>
  ask<User>('POST', '/api/users', {
    cookie: account.administrator,
    body: { email, name: 'Ines Duarte', ...rest, ...more },
  });

test('a stranger gets three invitations a day, whoever sends them, and however often they are added again', async () => {
  const [one, other] = [await newAccount(), await newAccount()];
  standingClock();
  const email = somebody();
  const sent = [];
  for (let i = 0; i < 3; i++) {
    const { status, body } = await add(one, email);
    sent.push(status);
    await mailTo(email, i + 1);
    const path = `/api/users/${body.id}`;
    if (i < 2) expect((await ask('DELETE', path, { cookie: one.administrator })).status).toBe(200);
    else expect(await ask('POST', `${path}/invite`, { cookie: one.administrator })).toMatchObject(tooMany);
    if (i === 2) await ask('DELETE', path, { cookie: one.administrator });
  }
  expect(sent).toEqual([200, 200, 200]);
  for (const account of [one, other]) expect(await add(account, email)).toMatchObject(tooMany);
  expect(await mailsTo(email)).toHaveLength(3);
  expect(await add(other, email, { password: 'a horse of another colour' })).toMatchObject(tooMany);
  // The user was not added.
  const users = await ask<{ users: User[] }>('GET', '/api/users', { cookie: other.administrator });
  expect(users.body.users.map((user) => user.email)).not.toContain(email);
});

test('an account can invite a hundred users a day', async () => {
  const account = await newAccount();
  standingClock();
  for (let i = 0; i < limits.inviting.most - 1; i++)
    await overLimit(env, [{ limit: 'inviting', of: account.id }]);
  // A failed invitation is not counted.
  expect((await add(account, account.emails.agent)).body).toMatchObject({ refused: 'email_taken' });
  expect((await add(account, somebody())).status).toBe(200);
  const email = somebody();
  expect(await add(account, email)).toMatchObject(tooMany);
  expect((await add(await newAccount(), email)).status).toBe(200);
});

test('no text of the tenant’s in an invitation is an address, and the stranger’s name is not in it', async () => {
  const account = await newAccount('Prize www.evil.test');
  const email = somebody();
  const { body } = await add(account, email, { name: 'You won $500 - see http://evil.test' });
  const mail = await mailTo(email);
  /** The text around the one link. */
  const words = ({ subject, text }: { subject: string; text: string }) => {
    const parts = text.split(/https:\/\/parley\.test\/(?:password|confirm)#\S+/);
    expect(parts).toHaveLength(2);
    return [subject, ...parts].join('\n');
  };
  expect(mail.text).toContain('Zoë administrator 🦊 invited you to join Prize evil test on Parley');
  expect(words(mail)).not.toMatch(/\bwon\b(?!’)|:\/\/|www|\.\w/);
  expect(mail.source.split(/\r?\n\r?\n/)[0]).toMatch(new RegExp(`^To: .*<?${email}>?$`, 'm'));
  expect(mail.source).not.toContain('$500');
  // The same for the mails that follow, and for a link that anybody can have sent to them.
  await ask('PUT', `/api/users/${body.id}/password`, {
    cookie: account.administrator,
    body: { password: 'a horse of another colour' },
  });
  const confirmation = await mailTo(email, 2);
  expect(words(confirmation)).not.toMatch(/\bwon\b(?!’)|:\/\/|www|\.\w/);
  const token = tokenIn(confirmation);
  expect((await ask('POST', '/api/email/confirm', { body: { token } })).status).toBe(200);
  await ask('POST', '/api/password/forgotten', { body: { email } });
  const reset = await mailTo(email, 3);
  expect(reset.subject).toBe('Reset your Parley password');
  expect(words(reset)).not.toMatch(/\bwon\b(?!’)|:\/\/|www|\.\w/);
});

test('mails after a change of the email or password, or after a deletion, have the same limit', async () => {
  const account = await newAccount();
  standingClock();
  const email = somebody();
  const { body: user } = await add(account, email);
  await mailTo(email, 1);
  const cookie = account.administrator;
  const set = () =>
    ask('PUT', `/api/users/${user.id}/password`, { cookie, body: { password: 'a horse of another colour' } });
  expect((await set()).status).toBe(200);
  await mailTo(email, 2);
  expect((await ask('DELETE', `/api/users/${user.id}`, { cookie })).status).toBe(200);
  expect((await ask('POST', `/api/users/${user.id}/restore`, { cookie })).status).toBe(200);
  await mailTo(email, 3);
  expect(await set()).toMatchObject(tooMany);
  await ask('DELETE', `/api/users/${user.id}`, { cookie });
  expect(await ask('POST', `/api/users/${user.id}/restore`, { cookie })).toMatchObject(tooMany);
  const { id, name } = (await ask<User>('GET', `/api/users/${account.users.agent}`, { cookie })).body;
  const move = { email, name, ...rest };
  expect(await ask('PATCH', `/api/users/${id}`, { cookie, body: move })).toMatchObject(tooMany);
  expect(await mailsTo(email)).toHaveLength(3);
});

test('AUD-1 another invitation is in the audit log', async () => {
  const account = await newAccount();
  const { body } = await add(account, somebody());
  const path = `/api/users/${body.id}/invite`;
  expect((await ask('POST', path, { cookie: account.administrator })).status).toBe(200);
  const audit = await ask<AuditPage>('GET', '/api/audit?kind=user.invited', {
    cookie: account.administrator,
  });
  expect(audit.body.entries.map(({ kind, subject }) => ({ kind, subject }))).toEqual([
    { kind: 'user.invited', subject: { id: body.id, name: 'Ines Duarte' } },
  ]);
});
