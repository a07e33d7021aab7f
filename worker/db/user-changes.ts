/**
 * Changes of users' rows. An email is unique among the deployment's active users, and an account keeps an administrator
 * who can sign in: one who is active, has a password and the console, and is not known to be excluded by their own
 * address rules. A trigger of the table enforces this, so concurrent changes cannot break it.
 */
import { refuse, type Refusal, type User, type UserBody } from '#protocol';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { record, type Act } from './audit.ts';
import { prepared, says } from './batch.ts';
import { searchKeyOf } from './keys.ts';
import { users } from './schema.ts';
import { getUser, theUser } from './users.ts';

/** The new values of a user. Emails are in their canonical form, names clean. */
export interface UserValues extends UserBody {
  /** The address rules admit the address that sets them. */
  readonly admitted: boolean;
}

const valuesOf = ({ groups: _, limits, ...body }: UserValues) => ({
  ...body,
  liveLimit: limits.live,
  nrtLimit: limits.nrt,
  searchKey: searchKeyOf(body),
});

export async function createUser(
  d1: D1Database,
  account: string,
  id: string,
  body: UserValues,
  passwordHash: string,
  act: Act,
): Promise<User | Refusal> {
  const row = { id, accountId: account, ...valuesOf(body), passwordHash, createdAt: act.at };
  const refusal = await attempt(d1, [
    prepared(d1, drizzle(d1).insert(users).values(row)),
    joinGroups(d1, account, id, body.groups),
    record(d1, act),
  ]);
  return refusal ?? (await getUser(d1, account, id)) ?? refuse('not_found');
}

/** Updates an active user, except for the password. */
export async function updateUser(
  d1: D1Database,
  account: string,
  id: string,
  body: UserValues,
  act: Act,
): Promise<User | Refusal> {
  // Unchanged rules stay proven, from whichever address the change is made.
  const unchanged = sql`iif(${users.ipRules} = ${JSON.stringify(body.ipRules)}, ${users.admitted}, 0)`;
  const admitted = body.admitted || unchanged;
  const change = drizzle(d1)
    .update(users)
    .set({ ...valuesOf(body), admitted, version: sql`${users.version} + 1` })
    .where(and(theUser(account, id), isNull(users.deletedAt)));
  const refusal = await attempt(d1, [
    prepared(d1, change),
    d1.prepare('DELETE FROM members WHERE account_id = ? AND user_id = ?').bind(account, id),
    joinGroups(d1, account, id, body.groups),
    record(d1, act),
  ]);
  return refusal ?? (await getUser(d1, account, id)) ?? refuse('not_found');
}

/** Soft-deletes a user, or restores one. */
export async function setDeleted(
  d1: D1Database,
  account: string,
  id: string,
  deletedAt: number | null,
  act: Act,
): Promise<User | Refusal> {
  const change = drizzle(d1)
    .update(users)
    .set({ deletedAt, version: sql`${users.version} + 1` })
    .where(theUser(account, id));
  const refusal = await attempt(d1, [prepared(d1, change), record(d1, act)]);
  return refusal ?? (await getUser(d1, account, id)) ?? refuse('not_found');
}

export async function setPassword(
  d1: D1Database,
  account: string,
  id: string,
  passwordHash: string,
  act: Act,
): Promise<void> {
  const change = drizzle(d1)
    .update(users)
    .set({
      passwordHash,
      version: sql`${users.version} + 1`,
      passwordVersion: sql`${users.passwordVersion} + 1`,
    })
    .where(and(theUser(account, id), isNull(users.deletedAt)));
  await d1.batch([prepared(d1, change), record(d1, act)]);
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

async function attempt(d1: D1Database, batch: D1PreparedStatement[]): Promise<Refusal | undefined> {
  try {
    await d1.batch(batch);
    return undefined;
  } catch (error) {
    if (says(error, 'UNIQUE constraint failed: users.email'))
      return refuse('email_taken', { field: 'email' });
    if (says(error, 'last_administrator')) return refuse('last_administrator');
    throw error;
  }
}
