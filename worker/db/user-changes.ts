/**
 * Changes users' rows. An email is unique among the account's active users, a confirmed one in the deployment. An
 * account keeps an administrator who can sign in: one who is active, has a confirmed email, a password and the
 * console, and is not known to be excluded by their own address rules. A trigger of the table enforces this, so
 * concurrent changes cannot break it.
 */
import { emailHold, type EmailState } from '#domain/people/emails';
import { refuse, type Refusal, type User, type UserBody } from '#protocol';
import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { record, type Act } from './audit.ts';
import { prepared } from './batch.ts';
import { changedEmail, newEmail } from './emails.ts';
import { searchKeyOf } from './keys.ts';
import { users } from './schema.ts';
import { attempt, releaseEmail } from './user-batch.ts';
import { getUser, theUser } from './users.ts';

/** The new values of a user. Names have been cleaned. */
export interface UserValues extends Omit<UserBody, 'email'> {
  /** True if the address rules admit the address that sets them. */
  readonly admitted: boolean;
}

const valuesOf = ({ groups: _, limits, ...body }: UserValues) => ({
  ...body,
  liveLimit: limits.live,
  nrtLimit: limits.nrt,
});

export async function createUser(
  d1: D1Database,
  account: string,
  id: string,
  body: UserValues,
  email: EmailState,
  passwordHash: string,
  act: Act,
): Promise<User | Refusal> {
  const searchKey = searchKeyOf({ name: body.name, email: email.email });
  const values = { ...valuesOf(body), ...newEmail(email, act.at), searchKey, passwordHash };
  const row = { id, accountId: account, ...values, createdAt: act.at };
  const refusal = await attempt(d1, [
    ...(email.confirmed ? [releaseEmail(d1, { account, id, email: email.email, at: act.at })] : []),
    prepared(d1, drizzle(d1).insert(users).values(row)),
    joinGroups(d1, account, id, body.groups),
    record(d1, act),
  ]);
  return refusal ?? (await getUser(d1, account, id)) ?? refuse('not_found');
}

/** Updates an active user except for the password; changes the email from the value that was read to the new one. */
export async function updateUser(
  d1: D1Database,
  account: string,
  id: string,
  body: UserValues,
  [was, is]: readonly [was: EmailState, is: EmailState],
  act: Act,
): Promise<User | Refusal> {
  // Unchanged rules stay proven, from whatever address the change is made.
  const unchanged = sql`iif(${users.ipRules} = ${JSON.stringify(body.ipRules)}, ${users.admitted}, 0)`;
  const admitted = body.admitted || unchanged;
  const same = is.email === was.email;
  const email = same ? users.email : is.email;
  const vouched = is.confirmed && !(was.confirmed && same);
  const searchKey = sql`${searchKeyOf({ name: body.name, email: '' })} || ${email}`;
  const change = drizzle(d1)
    .update(users)
    .set({
      ...valuesOf(body),
      ...changedEmail(was, is, act.at),
      ...{ admitted, searchKey, version: sql`${users.version} + 1` },
    })
    .where(and(theUser(account, id), isNull(users.deletedAt)));
  const refusal = await attempt(d1, [
    ...(vouched ? [releaseEmail(d1, { account, id, email: is.email, at: act.at })] : []),
    prepared(d1, change),
    d1.prepare('DELETE FROM members WHERE account_id = ? AND user_id = ?').bind(account, id),
    joinGroups(d1, account, id, body.groups),
    record(d1, act),
  ]);
  return refusal ?? (await getUser(d1, account, id)) ?? refuse('not_found');
}

/** Soft-deletes a user, and cancels their pending email. */
export async function deleteUser(
  d1: D1Database,
  account: string,
  id: string,
  act: Act,
): Promise<User | Refusal> {
  const change = drizzle(d1)
    .update(users)
    .set({
      deletedAt: act.at,
      ...{ pendingEmail: null, pendingUntil: null },
      version: sql`${users.version} + 1`,
    })
    .where(theUser(account, id));
  const refusal = await attempt(d1, [prepared(d1, change), record(d1, act)]);
  return refusal ?? (await getUser(d1, account, id)) ?? refuse('not_found');
}

/**
 * Restores a deleted user. For a while the email is confirmed as before; after that it has to be confirmed again,
 * because another user may have it by now. If the deployment sends no mail, it counts as confirmed.
 */
export async function restoreUser(
  d1: D1Database,
  account: string,
  { id, email }: Pick<User, 'id' | 'email'>,
  mail: boolean,
  act: Act,
): Promise<User | Refusal> {
  const held = sql`iif(${users.deletedAt} > ${act.at - emailHold}, ${users.emailConfirmedAt}, NULL)`;
  const change = drizzle(d1)
    .update(users)
    .set({
      deletedAt: null,
      emailConfirmedAt: mail ? held : sql`coalesce(${users.emailConfirmedAt}, ${act.at})`,
      version: sql`${users.version} + 1`,
    })
    .where(and(theUser(account, id), isNotNull(users.deletedAt)));
  const refusal = await attempt(d1, [
    ...(mail ? [] : [releaseEmail(d1, { account, id, email, at: act.at })]),
    prepared(d1, change),
    record(d1, act),
  ]);
  return refusal ?? (await getUser(d1, account, id)) ?? refuse('not_found');
}

/** Sets an active user's password. With `vouched`, an unconfirmed email counts as confirmed from now on. */
export async function setPassword(
  d1: D1Database,
  account: string,
  id: string,
  passwordHash: string,
  act: Act,
  vouched?: { readonly email: string },
): Promise<Refusal | undefined> {
  const change = drizzle(d1)
    .update(users)
    .set({
      passwordHash,
      ...(vouched && { emailConfirmedAt: sql`coalesce(${users.emailConfirmedAt}, ${act.at})` }),
      version: sql`${users.version} + 1`,
      passwordVersion: sql`${users.passwordVersion} + 1`,
    })
    .where(and(theUser(account, id), isNull(users.deletedAt)));
  return attempt(d1, [
    ...(vouched ? [releaseEmail(d1, { account, id, email: vouched.email, at: act.at })] : []),
    prepared(d1, change),
    record(d1, act),
  ]);
}

/** Sets or removes an active user's photo, by the name of its file; returns the name of the previous one. */
export async function setPhoto(
  d1: D1Database,
  account: string,
  id: string,
  photo: string | null,
  act: Act,
): Promise<string | null | Refusal> {
  const change = drizzle(d1)
    .update(users)
    .set({ photo, version: sql`${users.version} + 1` })
    .where(and(theUser(account, id), isNull(users.deletedAt)));
  const before = d1.prepare('SELECT photo FROM users WHERE account_id = ? AND id = ?').bind(account, id);
  const [old, changed] = await d1.batch<{ photo: string | null }>([
    before,
    prepared(d1, change),
    record(d1, act),
  ]);
  if (changed?.meta.changes === 0) return refuse('not_found');
  return old?.results[0]?.photo ?? null;
}

/** A copy for lists and for the account's requirement; the user's actor owns the second factor. */
export async function setSecondFactor(
  d1: D1Database,
  account: string,
  id: string,
  has: boolean,
): Promise<void> {
  await drizzle(d1).update(users).set({ secondFactor: has }).where(theUser(account, id));
}

/** Records that the user has signed in under the address rules of this version of the row. */
export async function setAdmitted(
  d1: D1Database,
  { account, id, version }: { account: { id: string }; id: string; version: number },
): Promise<void> {
  const row = and(theUser(account.id, id), eq(users.version, version));
  await drizzle(d1).update(users).set({ admitted: true }).where(row);
}

/** Adds the user to the named groups that exist in the account. */
function joinGroups(d1: D1Database, account: string, user: string, groups: readonly string[]) {
  return d1
    .prepare(
      `INSERT OR IGNORE INTO members (account_id, group_id, user_id)
       SELECT account_id, id, ? FROM groups WHERE account_id = ? AND id IN (SELECT value FROM json_each(?))`,
    )
    .bind(user, account, JSON.stringify(groups));
}
