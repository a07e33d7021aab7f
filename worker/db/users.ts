/** Users: the people who sign in. An email is one of its kind in the deployment. */
import type { Account, Role } from '#protocol';
import { and, eq, isNull } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { accounts, users } from './schema.ts';

/** The form in which emails are kept and compared. */
export function canonicalEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

export interface Login {
  readonly account: Account;
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: Role[];
  readonly passwordHash: string;
}

/** Who signs in with this email (in its canonical form). The one look-up by something else than the account. */
export async function findLogin(d1: D1Database, email: string): Promise<Login | null> {
  const row = await drizzle(d1)
    .select({
      account: { id: accounts.id, name: accounts.name, timeZone: accounts.timeZone },
      id: users.id,
      name: users.name,
      email: users.email,
      roles: users.roles,
      passwordHash: users.passwordHash,
    })
    .from(users)
    .innerJoin(accounts, eq(accounts.id, users.accountId))
    .where(and(eq(users.email, email), isNull(users.deletedAt)))
    .get();
  return row ?? null;
}
