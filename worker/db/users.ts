/** Queries for users. user-changes.ts writes them. */
import { photoPath } from '#domain/people/photos';
import {
  refuse,
  type Account,
  type Language,
  type Refusal,
  type Role,
  type User,
  type UserBody,
  type UsersPage,
  type UsersQuery,
} from '#protocol';
import { and, asc, eq, gt, isNotNull, isNull, sql, type SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { accountColumns } from './accounts.ts';
import { askedBy } from './asked.ts';
import { accounts, users } from './schema.ts';

/** A user as their own actor needs them: what their rights depend on, and what others see. */
export interface Person {
  readonly account: Account;
  readonly id: string;
  readonly groups: string[];
  readonly limits: UserBody['limits'];
  readonly language: Language;
  readonly name: string;
  readonly nickname: string;
  readonly email: string;
  readonly roles: Role[];
  readonly manages: boolean;
  /** The path of their photo … */
  readonly photo: string | null;
  /** … and whether visitors see it. */
  readonly showsPhoto: boolean;
  readonly ipRules: string[];
  readonly version: number;
  readonly passwordVersion: number;
}

// Written out: in a query over one table Drizzle omits the table's name, and the name would then refer to the inner
// table.
const groupsOf = sql<string>`(SELECT json_group_array(group_id) FROM members
  WHERE members.account_id = users.account_id AND members.user_id = users.id)`;

/** The public path of a photo (`photoPath`), null without one. The row has the name of the file. */
export const pathOfPhoto = sql<string | null>`${photoPath('')} || users.photo`;

export const theUser = (account: string, id: string) => and(eq(users.accountId, account), eq(users.id, id));

const person = {
  account: accountColumns,
  id: users.id,
  groups: groupsOf,
  language: users.language,
  name: users.name,
  nickname: users.nickname,
  email: users.email,
  roles: users.roles,
  manages: users.manages,
  photo: pathOfPhoto,
  showsPhoto: users.showsPhoto,
  ipRules: users.ipRules,
  version: users.version,
  passwordVersion: users.passwordVersion,
  liveLimit: users.liveLimit,
  nrtLimit: users.nrtLimit,
};

type PersonRow = Omit<Person, 'groups' | 'limits'> & {
  groups: string;
  liveLimit: number | null;
  nrtLimit: number | null;
};

function personOf({ groups, liveLimit: live, nrtLimit: nrt, ...row }: PersonRow): Person {
  return { ...row, groups: JSON.parse(groups) as string[], limits: { live, nrt } };
}

/**
 * The active user who has confirmed this email (in its canonical form). The only query that is not limited to an
 * account.
 */
export async function findLogin(d1: D1Database, email: string): Promise<Login | null> {
  return getLogin(d1, and(eq(users.email, email), isNotNull(users.emailConfirmedAt)));
}

/** A user with the values that a sign-in checks. */
export interface Login {
  readonly person: Person;
  readonly passwordHash: string;
  /** The user is known to pass their address rules. */
  readonly admitted: boolean;
}

/** The same for a user who is signed in. */
export async function findOwnLogin(d1: D1Database, account: string, id: string): Promise<Login | null> {
  return getLogin(d1, theUser(account, id));
}

async function getLogin(d1: D1Database, which: SQL | undefined): Promise<Login | null> {
  const row = await drizzle(d1)
    .select({ ...person, passwordHash: users.passwordHash, admitted: users.admitted })
    .from(users)
    .innerJoin(accounts, eq(accounts.id, users.accountId))
    .where(and(which, isNull(users.deletedAt)))
    .get();
  if (!row) return null;
  const { passwordHash, admitted, ...rest } = row;
  return { person: personOf(rest), passwordHash, admitted };
}

/** An active user; null if there is none, or the user was deleted. */
export async function getPerson(d1: D1Database, account: string, id: string): Promise<Person | null> {
  const row = await drizzle(d1)
    .select(person)
    .from(users)
    .innerJoin(accounts, eq(accounts.id, users.accountId))
    .where(and(theUser(account, id), isNull(users.deletedAt)))
    .get();
  return row ? personOf(row) : null;
}

/** The ids of all users that an account ever had, in order. */
export async function listEverybody(
  d1: D1Database,
  account: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const which = and(eq(users.accountId, account), gt(users.id, after));
  const found = await drizzle(d1)
    .select({ id: users.id })
    .from(users)
    .where(which)
    .orderBy(asc(users.id))
    .limit(limit);
  return found.map(({ id }) => id);
}

/** The ids of an account's active users who have no second factor. */
export async function listWithoutSecondFactor(d1: D1Database, account: string): Promise<string[]> {
  const active = and(eq(users.accountId, account), isNull(users.deletedAt), eq(users.secondFactor, false));
  return (await drizzle(d1).select({ id: users.id }).from(users).where(active)).map(({ id }) => id);
}

const columns = {
  id: users.id,
  email: users.email,
  name: users.name,
  nickname: users.nickname,
  language: users.language,
  roles: users.roles,
  manages: users.manages,
  ipRules: users.ipRules,
  liveLimit: users.liveLimit,
  nrtLimit: users.nrtLimit,
  photo: pathOfPhoto,
  showsPhoto: users.showsPhoto,
  secondFactor: users.secondFactor,
  invited: sql<number>`password_hash = ''`,
  // Not for a deleted user: it would reveal whether another user has confirmed the email since.
  emailConfirmed: sql<number>`email_confirmed_at IS NOT NULL AND deleted_at IS NULL`,
  pendingEmail: users.pendingEmail,
  pendingUntil: users.pendingUntil,
  createdAt: users.createdAt,
  deletedAt: users.deletedAt,
  groups: groupsOf,
};

type Row = Omit<User, 'groups' | 'limits' | 'invited' | 'emailConfirmed' | 'pendingEmail'> & {
  groups: string;
  invited: number;
  emailConfirmed: number;
  pendingEmail: string | null;
  pendingUntil: number | null;
  liveLimit: number | null;
  nrtLimit: number | null;
};

const complete = ({ liveLimit: live, nrtLimit: nrt, pendingUntil: until, ...row }: Row): User => ({
  ...row,
  invited: row.invited === 1,
  emailConfirmed: row.emailConfirmed === 1,
  pendingEmail: pendingOf(row.pendingEmail, until),
  groups: JSON.parse(row.groups) as string[],
  limits: { live, nrt },
});

const pendingOf = (email: string | null, until: number | null): User['pendingEmail'] =>
  email !== null && until !== null && until > Date.now() ? { email, until } : null;

/** A page of an account's users by name. Pages continue from a key, so that new users move nothing. */
export async function listUsers(
  d1: D1Database,
  account: string,
  query: UsersQuery,
): Promise<UsersPage | Refusal> {
  const key = query.after === undefined ? undefined : parseKey(query.after);
  if (key === null) return refuse('bad_request', { field: 'after' });
  const limit = query.limit ?? 50;
  const asked = query.campaign === undefined ? undefined : await askedBy(d1, account, query.campaign);
  // A campaign that does not exist, or belongs to another account, asks no agent.
  if (asked === null) return { users: [], next: null };
  const rows = await selectUsers(d1, account, { ...query, asked }, key, limit + 1);
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    users: shown.map(({ searchKey: _, ...row }) => complete(row)),
    next: last ? JSON.stringify([last.searchKey, last.id]) : null,
  };
}

type Key = readonly [searchKey: string, id: string];

function parseKey(text: string): Key | null {
  try {
    const key: unknown = JSON.parse(text);
    return Array.isArray(key) && key.length === 2 && key.every((part) => typeof part === 'string')
      ? (key as unknown as Key)
      : null;
  } catch {
    return null;
  }
}

/** The list's query. A test checks its plan: the index by name serves it, and nothing is sorted. */
export function selectUsers(
  d1: D1Database,
  account: string,
  filters: Pick<UsersQuery, 'search' | 'group' | 'status'> & { readonly asked?: SQL | undefined },
  key: Key | undefined,
  limit: number,
) {
  const { search, group, status, asked } = filters;
  const conditions: (SQL | undefined)[] = [
    eq(users.accountId, account),
    status === 'deleted' ? isNotNull(users.deletedAt) : isNull(users.deletedAt),
    search ? sql`instr(${users.searchKey}, ${search.normalize('NFC').toLowerCase()}) > 0` : undefined,
    group
      ? sql`EXISTS (SELECT 1 FROM members WHERE members.account_id = users.account_id
          AND members.group_id = ${group} AND members.user_id = users.id)`
      : undefined,
    asked,
    key && sql`(${users.searchKey}, ${users.id}) > (${key[0]}, ${key[1]})`,
  ];
  return drizzle(d1)
    .select({ ...columns, searchKey: users.searchKey })
    .from(users)
    .where(and(...conditions))
    .orderBy(asc(users.searchKey), asc(users.id))
    .limit(limit);
}

/**
 * The user whose photo has this name. It is not limited to an account: the name is random, and the photo is public.
 */
export async function findPhoto(
  d1: D1Database,
  name: string,
): Promise<{ account: string; user: string } | null> {
  return (await selectPhoto(d1, name).get()) ?? null;
}

/** The query of `findPhoto`. A test checks its plan. */
export function selectPhoto(d1: D1Database, name: string) {
  const columns = { account: users.accountId, user: users.id };
  return drizzle(d1).select(columns).from(users).where(eq(users.photo, name));
}

/** One user, active or deleted. */
export async function getUser(d1: D1Database, account: string, id: string): Promise<User | null> {
  const row = await drizzle(d1).select(columns).from(users).where(theUser(account, id)).get();
  return row ? complete(row) : null;
}
