/** An account holds an email only after its owner has followed a mailed link. */
import { emailHold } from '#domain/people/emails';
import { userBodyOf, type AuditPage, type User, type UsersPage } from '#protocol';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { confirmEmail, emailClaim } from '../../worker/db/emails.ts';
import { eventually } from '../helpers/eventually.ts';
import {
  ask,
  call,
  env,
  id,
  newAccount,
  noMail,
  operatorHeader,
  password,
  signIn,
  type TestAccount,
} from './client.ts';
import {
  next,
  anEmail,
  as,
  bodyOf,
  add,
  read,
  move,
  again,
  cancel,
  confirm,
  redeem,
  about,
  enter,
  linkTo,
  held,
  expired,
  elsewhere,
  taken,
} from './emails.ts';
import { mailsTo, mailTo, tokenIn } from './mails.ts';

let mine: TestAccount;
let theirs: TestAccount;
beforeAll(async () => {
  mine = await newAccount('Northwind');
  theirs = await newAccount('Evil Corp');
});
afterEach(() => {
  vi.useRealTimers();
});

test('typing an email first does not claim it: its owner decides, and is told if it is taken', async () => {
  const email = anEmail();
  const squatted = await add(theirs, { email, password });
  const hired = await add(mine, { email });
  expect([squatted.emailConfirmed, hired.emailConfirmed]).toEqual([false, false]);
  // The password that a stranger chose for the email opens nothing.
  expect(await enter(email)).toBe(401);
  await eventually(async () => expect(await mailsTo(email)).toHaveLength(2));
  const tokens = (await mailsTo(email)).map(tokenIn);
  const [lure, invitation] = [theirs, mine].map(
    ({ id }) => tokens.find((token) => token.startsWith(id)) ?? '',
  );
  expect((await redeem(invitation ?? '')).status).toBe(200);
  expect(await enter(email, next)).toBe(200);
  expect((await ask('GET', '/api/me', { cookie: await signInWith(email, next) })).body).toMatchObject({
    account: { id: mine.id },
  });

  // The other link reports that it is taken, and confirms nothing, however often it is opened.
  for (const follow of [about, confirm, confirm]) expect(await follow(lure ?? '')).toMatchObject(elsewhere);
  expect(await enter(email)).toBe(401);
  // Its administrator sees the same as before, and no audit entry reveals the attempt.
  expect(await read(theirs, squatted)).toEqual(squatted);
  const log = await ask<AuditPage>('GET', `/api/audit?user=${squatted.id}`, as(theirs));
  expect(log.body.entries.map(({ kind }) => kind)).toEqual(['user.added']);
});

async function signInWith(email: string, pass: string): Promise<string> {
  const response = await call('POST', '/api/login', { body: { email, password: pass } });
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

test('a user with a password confirms the email by a link, which sets no password and works once', async () => {
  const email = anEmail();
  const user = await add(mine, { email, password });
  const mail = await mailTo(email);
  expect(mail.subject).toBe('Confirm your email for Parley');
  const token = tokenIn(mail);
  expect(await about(token)).toEqual({
    status: 200,
    body: { kind: 'confirmation', account: 'Northwind', name: 'Ines Duarte', email },
  });
  expect(await redeem(token)).toMatchObject(expired);
  expect(await enter(email)).toBe(401);
  const answers = await Promise.all([confirm(token), confirm(token)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
  expect(await enter(email)).toBe(200);
  for (const follow of [about, confirm]) expect(await follow(token)).toMatchObject(expired);
  expect(await again(mine, user)).toMatchObject({ status: 409, body: { refused: 'conflict' } });
  const log = await ask<AuditPage>('GET', `/api/audit?user=${user.id}&kind=email.confirmed`, as(mine));
  expect(log.body.entries).toMatchObject([{ by: { id: user.id }, subject: null, changes: null }]);
});

test('a link that sets a password confirms no other email, and other users’ links confirm none', async () => {
  const user = await held(mine);
  await ask('POST', '/api/password/forgotten', { body: { email: user.email } });
  const reset = await linkTo(user.email);
  expect(await confirm(reset)).toMatchObject(expired);
  const [account, , secret] = reset.split('.');
  const guesses = ['x', '', `${account}.${user.id}.${'A'.repeat(43)}`, `${account}.${id('user')}.${secret}`];
  for (const token of guesses) expect(await confirm(token)).toMatchObject(expired);
  expect(await confirm('x'.repeat(201))).toMatchObject({ status: 400 });
});

test('a new email is pending until its owner confirms it; until then the previous one signs in', async () => {
  const user = await held(mine);
  const email = anEmail();
  const cookie = await signIn(user.email);
  await ask('POST', '/api/password/forgotten', { body: { email: user.email } });
  const reset = await linkTo(user.email);
  const moved = await move(mine, user, email.toUpperCase());
  const until = moved.body.pendingEmail?.until ?? 0;
  expect(moved).toEqual({ status: 200, body: { ...user, pendingEmail: { email, until } } });
  expect(await read(mine, user)).toEqual(moved.body);
  // Saving other fields leaves it unchanged.
  const body = { ...userBodyOf(user), nickname: 'Innie' };
  const saved = await ask<User>('PATCH', `/api/users/${user.id}`, as(mine, body));
  expect(saved.body).toEqual({ ...moved.body, nickname: 'Innie' });
  expect([await enter(user.email), await enter(email)]).toEqual([200, 401]);

  const token = await linkTo(email);
  expect((await about(token)).body).toMatchObject({ kind: 'confirmation', email });
  expect((await confirm(token)).status).toBe(200);
  expect([await enter(user.email), await enter(email)]).toEqual([401, 200]);
  expect(await read(mine, user)).toEqual({ ...saved.body, email, pendingEmail: null });
  // The session continues; the link in the old mailbox is invalid.
  expect((await ask('GET', '/api/me', { cookie })).body).toMatchObject({ email });
  expect(await redeem(reset)).toMatchObject(expired);
  const found = await ask<UsersPage>('GET', `/api/users?search=${email}`, as(mine));
  expect(found.body.users.map(({ id }) => id)).toEqual([user.id]);
  const log = await ask<AuditPage>('GET', `/api/audit?user=${user.id}`, as(mine));
  expect(log.body.entries).toMatchObject(
    expect.arrayContaining([
      expect.objectContaining({
        ...{ kind: 'email.confirmed', by: { id: user.id, name: user.name } },
        changes: { email: [user.email, email] },
      }),
      expect.objectContaining({ kind: 'user.changed', changes: { pendingEmail: [null, email] } }),
    ]) as object,
  );
});

test('a pending email can be cancelled, replaced, sent again, and expires after a week', async () => {
  const user = await held(mine);
  const [first, second] = [anEmail(), anEmail()];
  await move(mine, user, first);
  const dead = [await linkTo(first)];
  // A user cannot take a colleague's email, pending or not.
  expect(await move(mine, user, mine.emails.agent)).toMatchObject(taken);
  await move(mine, user, second);
  dead.push(await linkTo(second));
  expect((await again(mine, user)).status).toBe(200);
  const live = await linkTo(second, 2);
  expect(await cancel(theirs, user)).toMatchObject({ status: 404 });
  expect(await cancel({ ...mine, administrator: mine.supervisor }, user)).toMatchObject({ status: 403 });
  expect((await about(live)).status).toBe(200);
  expect(await cancel(mine, user)).toEqual({ status: 200, body: user });
  // Repeating is no error: the answer may have been lost. The log has one entry.
  expect(await cancel(mine, user)).toEqual({ status: 200, body: user });
  for (const token of [...dead, live]) expect(await confirm(token)).toMatchObject(expired);
  expect(await again(mine, user)).toMatchObject({ status: 409 });
  const log = await ask<AuditPage>('GET', `/api/audit?user=${user.id}&kind=user.changed`, as(mine));
  expect(log.body.entries.map(({ changes }) => changes).reverse()).toEqual([
    { pendingEmail: [null, first] },
    { pendingEmail: [first, second] },
    { pendingEmail: [second, null] },
  ]);

  await move(mine, user, first);
  const late = await linkTo(first, 2);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 8 * 86_400_000 });
  expect(await confirm(late)).toMatchObject(expired);
  expect((await emailClaim(env.DB, mine.id, user.id, first, Date.now())) ?? null).toBeNull();
});

test('if another user has the pending email by now, its owner is told, and nothing changes', async () => {
  const user = await held(mine);
  const email = anEmail();
  const moved = await move(mine, user, email);
  const token = await linkTo(email);
  await held(theirs, email);
  expect(await confirm(token)).toMatchObject(elsewhere);
  expect(await read(mine, user)).toEqual(moved.body);
  expect(await enter(user.email)).toBe(200);
});

test('if two accounts confirm an email at once, exactly one gets it', async () => {
  for (let round = 0; round < 3; round++) {
    const email = anEmail();
    const users = [await add(mine, { email }), await add(theirs, { email })];
    const claims = [mine, theirs].map(({ id }, at) => ({ account: id, id: users[at]?.id ?? '', email }));
    for (const claim of claims)
      expect(await emailClaim(env.DB, claim.account, claim.id, email, Date.now())).toBe('open');
    const results = await Promise.all(
      claims.map(({ account, id: user }) => {
        const by = { id: user, name: 'Ines Duarte' };
        const act = { id: id('audit'), at: Date.now(), account, by, address: null, device: '' };
        return confirmEmail(env.DB, { account, id: user, email }, 'a hash', [
          { ...act, kind: 'email.confirmed' },
        ]);
      }),
    );
    expect(results.map((result) => result?.refused).sort()).toEqual(['email_held', undefined]);
    const rows = await env.DB.prepare(
      `SELECT password_hash, email_confirmed_at IS NOT NULL AS confirmed,
         (SELECT count(*) FROM audit WHERE audit.account_id = users.account_id AND audit.user_id = users.id) AS entries
       FROM users WHERE email = ? ORDER BY confirmed`,
    )
      .bind(email)
      .all();
    // The loser’s row is unchanged, and its log has no entry.
    expect(rows.results).toEqual([
      { password_hash: '', confirmed: 0, entries: 0 },
      { password_hash: 'a hash', confirmed: 1, entries: 1 },
    ]);
  }
});

test('if both links of an email are followed at once, one user is confirmed and the other is told', async () => {
  const email = anEmail();
  await add(mine, { email, password });
  await add(theirs, { email, password });
  await eventually(async () => expect(await mailsTo(email)).toHaveLength(2));
  const tokens = (await mailsTo(email)).map(tokenIn);
  const answers = await Promise.all(tokens.map(confirm));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ refused: 'email_held' });
  expect(await enter(email)).toBe(200);
});

test('an unconfirmed email can be corrected: the mail goes to the new address, and the old link is invalid', async () => {
  const [wrong, right] = [anEmail(), anEmail()];
  const user = await add(mine, { email: wrong });
  const stale = await linkTo(wrong);
  const moved = await move(mine, user, right);
  expect(moved.body).toEqual({ ...user, email: right });
  expect((await redeem(await linkTo(right))).status).toBe(200);
  expect(await redeem(stale)).toMatchObject(expired);
  expect(await enter(right, next)).toBe(200);
});

test('F185 an invitation survives a change of rights, and ends with a deletion', async () => {
  const user = await add(mine);
  const token = await linkTo(user.email);
  const body = { ...userBodyOf(user), roles: ['supervisor'] };
  expect((await ask('PATCH', `/api/users/${user.id}`, as(mine, body))).status).toBe(200);
  expect((await about(token)).status).toBe(200);
  await ask('DELETE', `/api/users/${user.id}`, as(mine));
  expect(await about(token)).toMatchObject(expired);
});

test('a password that an administrator sets ends the invitation, and a link that confirms the email is mailed', async () => {
  const user = await add(mine);
  const invitation = await linkTo(user.email);
  const set = await ask<User>('PUT', `/api/users/${user.id}/password`, as(mine, { password }));
  expect(set.body).toEqual({ ...user, invited: false });
  expect(await redeem(invitation)).toMatchObject(expired);
  expect(await enter(user.email)).toBe(401);
  expect((await confirm(await linkTo(user.email, 2))).status).toBe(200);
  expect(await enter(user.email)).toBe(200);
});

test('without mail a typed email counts as confirmed, also after mail is set up', async () => {
  const email = anEmail();
  const user = await add(mine, { email, password }, { env: noMail });
  expect(user).toMatchObject({ emailConfirmed: true, pendingEmail: null });
  expect(await enter(email)).toBe(200);
  // Without mail no other proof of ownership exists: another account finds the email taken.
  const body = bodyOf({ email, password });
  expect(await ask('POST', '/api/users', { ...as(theirs, body), env: noMail })).toMatchObject(taken);
  const other = await held(theirs);
  expect(await move(theirs, other, email, { env: noMail })).toMatchObject(taken);
  const [moved] = [anEmail()];
  expect((await move(mine, user, moved, { env: noMail })).body).toEqual({ ...user, email: moved });
  expect([await enter(email), await enter(moved)]).toEqual([401, 200]);
  expect(await mailsTo(moved)).toEqual([]);

  // For a user who was invited while mail was sent, setting their password vouches.
  const invited = await add(mine);
  expect(await again(mine, invited)).toMatchObject({ status: 200 });
  const set = { ...as(mine, { password }), env: noMail };
  expect((await ask<User>('PUT', `/api/users/${invited.id}/password`, set)).body).toEqual({
    ...invited,
    ...{ invited: false, emailConfirmed: true },
  });
  expect(await enter(invited.email)).toBe(200);
});

test('EML-12 the operator vouches for the users of a new account', async () => {
  const email = anEmail();
  await add(theirs, { email });
  const users = [{ email, name: 'Owner', password, roles: ['administrator'] }];
  const body = { name: 'New', timeZone: 'UTC', users };
  const make = () => ask('POST', '/api/operator/accounts', { headers: operatorHeader, body });
  expect((await make()).status).toBe(200);
  expect(await enter(email)).toBe(200);
  expect(await make()).toMatchObject({ status: 409, body: { refused: 'email_taken' } });
  expect(await about(await linkTo(email))).toMatchObject(elsewhere);
});

test('F190 a deleted user holds the email for some minutes; later others can have it, and a restored user confirms again', async () => {
  const user = await held(mine);
  const path = `/api/users/${user.id}`;
  const later = (of: User) =>
    env.DB.prepare('UPDATE users SET deleted_at = deleted_at - ? WHERE account_id = ? AND id = ?')
      .bind(emailHold + 1_000, mine.id, of.id)
      .run();
  const deleted = (await ask<User>('DELETE', path, as(mine))).body;
  await add(theirs, { email: user.email, password });
  const token = await linkTo(user.email);
  expect(await confirm(token)).toMatchObject(elsewhere);
  expect((await ask('POST', `${path}/restore`, as(mine))).body).toEqual(user);

  await ask('DELETE', path, as(mine));
  await later(user);
  expect((await confirm(token)).status).toBe(200);
  expect(await enter(user.email)).toBe(200);
  // The deleted user looks as before. Restored, they have to confirm as if no other user had the email.
  expect(await read(mine, user)).toEqual({ ...deleted, deletedAt: expect.any(Number) as number });
  const restored = (await ask<User>('POST', `${path}/restore`, as(mine))).body;
  expect(restored).toEqual({ ...user, emailConfirmed: false });
  expect(await confirm(await linkTo(user.email, 2))).toMatchObject(elsewhere);

  const alone = await held(mine);
  await ask('DELETE', `/api/users/${alone.id}`, as(mine));
  await later(alone);
  const back = (await ask<User>('POST', `/api/users/${alone.id}/restore`, as(mine))).body;
  expect(back).toEqual({ ...alone, emailConfirmed: false });
  expect((await confirm(await linkTo(alone.email))).status).toBe(200);
  expect(await enter(alone.email)).toBe(200);
});

test('F190 within an account a deleted user’s email is free at once', async () => {
  const user = await held(mine);
  await ask('DELETE', `/api/users/${user.id}`, as(mine));
  const successor = await add(mine, { email: user.email, password });
  expect((await confirm(await linkTo(user.email))).status).toBe(200);
  expect((await ask('GET', '/api/me', { cookie: await signIn(user.email) })).body).toMatchObject({
    id: successor.id,
  });
  expect(await ask('POST', `/api/users/${user.id}/restore`, as(mine))).toMatchObject(taken);
});
