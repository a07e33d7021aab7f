/** Accounts: the companies that use Parley. An account is created with its first users in one transaction. */
import {
  refuse,
  type Account,
  type AccountBody,
  type Campaign,
  type Refusal,
  type Role,
  type Site,
} from '#protocol';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { record, type Act } from './audit.ts';
import { prepared } from './batch.ts';
import { searchKeyOf } from './keys.ts';
import { accounts } from './schema/accounts.ts';
import { campaigns } from './schema/campaigns.ts';
import { users } from './schema/people.ts';
import { sites } from './schema/sites.ts';
import { attempt, releaseEmail } from './user-batch.ts';

/** The fields of an account that all its users may see. */
export const accountColumns = {
  id: accounts.id,
  name: accounts.name,
  timeZone: accounts.timeZone,
  sees: accounts.sees,
  needsSecondFactor: accounts.needsSecondFactor,
  assignment: accounts.assignment,
  offerSeconds: accounts.offerSeconds,
  missedLimit: accounts.missedLimit,
  offlineProcessing: accounts.offlineProcessing,
  messageEditMinutes: accounts.messageEditMinutes,
};

export async function getAccount(d1: D1Database, account: string): Promise<Account | null> {
  return (
    (await drizzle(d1).select(accountColumns).from(accounts).where(eq(accounts.id, account)).get()) ?? null
  );
}

export async function updateAccount(
  d1: D1Database,
  account: string,
  body: AccountBody,
  act: Act,
): Promise<Account | null> {
  const change = drizzle(d1).update(accounts).set(body).where(eq(accounts.id, account));
  await d1.batch([prepared(d1, change), record(d1, act)]);
  return getAccount(d1, account);
}

/** A new account and its first rows. Emails are in canonical form, passwords hashed. */
export interface NewAccountRows {
  readonly account: Pick<Account, 'id' | 'name' | 'timeZone'>;
  readonly users: readonly { id: string; email: string; name: string; passwordHash: string; roles: Role[] }[];
  readonly campaigns: readonly Campaign[];
  readonly sites: readonly Site[];
}

/**
 * Creates all of it or nothing: `email_taken` if another user has confirmed one of the emails. The operator vouches
 * for the new ones.
 */
export async function createAccount(
  d1: D1Database,
  rows: NewAccountRows,
  now: number,
): Promise<Refusal | undefined> {
  const db = drizzle(d1);
  const account = rows.account.id;
  const made = { accountId: account, createdAt: now, emailConfirmedAt: now };
  const inserts = [
    db.insert(accounts).values({ ...rows.account, createdAt: now }),
    ...rows.users.map((user) => db.insert(users).values({ ...user, ...made, searchKey: searchKeyOf(user) })),
    ...rows.campaigns.map((campaign) =>
      db.insert(campaigns).values({ ...campaign, accountId: account, version: 1 }),
    ),
    ...rows.sites.map(({ campaign, ...site }) =>
      db.insert(sites).values({ ...site, accountId: account, campaignId: campaign }),
    ),
  ];
  const refusal = await attempt(d1, [
    ...rows.users.map(({ id, email }) => releaseEmail(d1, { account, id, email, at: now })),
    ...inserts.map((insert) => prepared(d1, insert)),
  ]);
  return refusal && refuse(refusal.refused);
}
