/**
 * Shared by all batches that change users' rows: the refusals for the table's constraints, and the release of a
 * deleted user's email.
 */
import { emailHold } from '#domain/people/emails';
import { refuse, type Refusal } from '#protocol';
import { says } from './batch.ts';

export async function attempt(d1: D1Database, batch: D1PreparedStatement[]): Promise<Refusal | undefined> {
  try {
    await d1.batch(batch);
    return undefined;
  } catch (error) {
    if (uniques.some((sentence) => says(error, sentence))) return refuse('email_taken', { field: 'email' });
    // The email has changed since it was read (db/emails.ts).
    if (says(error, 'NOT NULL constraint failed: users.email')) return refuse('conflict');
    if (says(error, 'last_administrator')) return refuse('last_administrator');
    throw error;
  }
}

const uniques = [
  'UNIQUE constraint failed: users.email',
  'UNIQUE constraint failed: users.account_id, users.email',
];

/**
 * Releases the email of deleted users for another user: within their account at once, in another account after a time.
 */
export function releaseEmail(
  d1: D1Database,
  { account, id, email, at }: { account: string; id: string; email: string; at: number },
): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE users SET email_confirmed_at = NULL
       WHERE email = ?1 AND email_confirmed_at IS NOT NULL AND deleted_at IS NOT NULL
         AND NOT (account_id = ?2 AND id = ?3) AND (account_id = ?2 OR deleted_at <= ?4)`,
    )
    .bind(email, account, id, at - emailHold);
}
