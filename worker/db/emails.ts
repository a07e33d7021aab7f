/**
 * The emails of users' rows: typed, confirmed, pending (#domain emails.ts). A change that depends on an email as it
 * was read sets the column to NULL if the row has another one by now: the table refuses that, and with it the whole
 * batch.
 */
import { confirmationLife, emailHold, type EmailState } from '#domain/people/emails';
import { refuse, type Refusal } from '#protocol';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { record, type Act } from './audit.ts';
import { prepared } from './batch.ts';
import { users } from './schema.ts';
import { attempt, releaseEmail } from './user-batch.ts';
import { theUser } from './users.ts';

/** A new user's columns. */
export const newEmail = ({ email, confirmed }: EmailState, at: number) => ({
  email,
  emailConfirmedAt: confirmed ? at : null,
});

/** The columns that change, if any. */
export function changedEmail(was: EmailState, is: EmailState, at: number) {
  if (JSON.stringify(was) === JSON.stringify(is)) return {};
  const asRead = sql`${users.email} = ${was.email} AND (${users.emailConfirmedAt} IS NOT NULL) = ${Number(was.confirmed)}`;
  const kept = is.confirmed && was.confirmed && is.email === was.email;
  return {
    email: sql`iif(${asRead}, ${is.email}, NULL)`,
    ...(!kept && { emailConfirmedAt: is.confirmed ? at : null }),
    ...(is.pending !== was.pending && {
      pendingEmail: is.pending,
      pendingUntil: is.pending === null ? null : at + confirmationLife,
    }),
  };
}

/** True if another active user of the account has this email. */
export async function isColleagues(d1: D1Database, account: string, id: string, email: string) {
  const query = 'SELECT 1 FROM users WHERE account_id = ? AND email = ? AND id <> ? AND deleted_at IS NULL';
  return (await d1.prepare(query).bind(account, email, id).first()) !== null;
}

/**
 * The state of a user's mailed link: `open` if it would confirm the email that it was mailed to, `held` if another
 * user has that email by now, `confirmed` if the user has it already, null if it is neither their email nor their
 * pending one.
 */
export async function emailClaim(
  d1: D1Database,
  account: string,
  id: string,
  email: string,
  now: number,
): Promise<'open' | 'held' | 'confirmed' | null> {
  const row = await d1
    .prepare(
      `SELECT mine.email = ?3 AND mine.email_confirmed_at IS NOT NULL AS confirmed,
         EXISTS (SELECT 1 FROM users AS other WHERE other.email = ?3 AND other.email_confirmed_at IS NOT NULL
           AND NOT (other.account_id = ?1 AND other.id = ?2)
           AND (other.deleted_at IS NULL OR other.account_id <> ?1 AND other.deleted_at > ?5))
         OR EXISTS (SELECT 1 FROM users AS other WHERE other.account_id = ?1 AND other.email = ?3
           AND other.id <> ?2 AND other.deleted_at IS NULL) AS held
       FROM users AS mine WHERE account_id = ?1 AND id = ?2 AND deleted_at IS NULL
         AND (mine.email = ?3 OR mine.pending_email = ?3 AND mine.pending_until > ?4)`,
    )
    .bind(account, id, email, now, now - emailHold)
    .first<{ confirmed: number; held: number }>();
  if (!row) return null;
  return row.confirmed ? 'confirmed' : row.held ? 'held' : 'open';
}

/**
 * Confirms an open claim, and sets the password that was chosen with it. If several users confirm the same email at
 * once, only one gets it; the others are refused `email_held`. A claim that is void by now is refused `link_expired`.
 */
export async function confirmEmail(
  d1: D1Database,
  { account, id, email }: { account: string; id: string; email: string },
  passwordHash: string | undefined,
  acts: readonly [Act, ...Act[]],
): Promise<Refusal | undefined> {
  const { at } = acts[0];
  const claimed = sql`${users.deletedAt} IS NULL AND (${users.email} = ${email} AND ${users.emailConfirmedAt} IS NULL
    OR ${users.pendingEmail} = ${email} AND ${users.pendingUntil} > ${at})`;
  const change = drizzle(d1)
    .update(users)
    .set({
      email: sql`iif(${claimed}, ${email}, NULL)`,
      emailConfirmedAt: at,
      ...{ pendingEmail: null, pendingUntil: null },
      searchKey: sql`substr(${users.searchKey}, 1, instr(${users.searchKey}, char(10))) || ${email}`,
      version: sql`${users.version} + 1`,
      ...(passwordHash !== undefined && { passwordHash, passwordVersion: sql`${users.passwordVersion} + 1` }),
    })
    .where(theUser(account, id));
  const refusal = await attempt(d1, [
    releaseEmail(d1, { account, id, email, at }),
    prepared(d1, change),
    ...acts.map((act) => record(d1, act)),
  ]);
  if (refusal?.refused === 'email_taken') return refuse('email_held');
  return refusal?.refused === 'conflict' ? refuse('link_expired') : refusal;
}

/** Cancels a pending email. */
export async function dropPendingEmail(d1: D1Database, account: string, id: string, act: Act): Promise<void> {
  const change = drizzle(d1)
    .update(users)
    .set({ ...{ pendingEmail: null, pendingUntil: null }, version: sql`${users.version} + 1` })
    .where(and(theUser(account, id), isNull(users.deletedAt)));
  await d1.batch([prepared(d1, change), record(d1, act)]);
}

/** Extends a pending email, because its mail is sent again. */
export async function prolongPendingEmail(
  d1: D1Database,
  account: string,
  id: string,
  email: string,
  now: number,
): Promise<void> {
  await drizzle(d1)
    .update(users)
    .set({ pendingUntil: now + confirmationLife })
    .where(and(theUser(account, id), eq(users.pendingEmail, email)));
}
