/** Groups of users. A user may be in many. */
import type { Group, GroupBody } from '#protocol';
import { and, asc, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { record, type Act } from './audit.ts';
import { prepared } from './batch.ts';
import { groups, members } from './schema.ts';

// Written out, as in users.ts.
const membersOf = sql<string>`(SELECT json_group_array(members.user_id) FROM members
  JOIN users ON users.account_id = members.account_id AND users.id = members.user_id AND users.deleted_at IS NULL
  WHERE members.account_id = groups.account_id AND members.group_id = groups.id)`;

const columns = { id: groups.id, name: groups.name, members: membersOf };

const complete = (row: { id: string; name: string; members: string }): Group => ({
  ...row,
  members: JSON.parse(row.members) as string[],
});

/** By name; a company has tens of groups, so the list is complete. Deleted users are not listed as members. */
export async function listGroups(d1: D1Database, account: string, search?: string): Promise<Group[]> {
  const rows = await drizzle(d1)
    .select(columns)
    .from(groups)
    .where(eq(groups.accountId, account))
    .orderBy(asc(groups.id));
  const wanted = search?.normalize('NFC').toLowerCase() ?? '';
  return rows
    .map(complete)
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .sort((a, b) => a.name.localeCompare(b.name));
}

export async function getGroup(d1: D1Database, account: string, id: string): Promise<Group | null> {
  const row = await drizzle(d1)
    .select(columns)
    .from(groups)
    .where(and(eq(groups.accountId, account), eq(groups.id, id)))
    .get();
  return row ? complete(row) : null;
}

/** Creates or changes a group. */
export async function putGroup(
  d1: D1Database,
  account: string,
  id: string,
  body: GroupBody,
  act: Act,
): Promise<Group | null> {
  const row = { id, accountId: account, name: body.name, createdAt: act.at };
  const put = drizzle(d1)
    .insert(groups)
    .values(row)
    .onConflictDoUpdate({ target: [groups.accountId, groups.id], set: { name: body.name } });
  const join = `INSERT OR IGNORE INTO members (account_id, group_id, user_id)
    SELECT account_id, ?, id FROM users WHERE account_id = ? AND id IN (SELECT value FROM json_each(?))`;
  await d1.batch([
    prepared(d1, put),
    d1.prepare('DELETE FROM members WHERE account_id = ? AND group_id = ?').bind(account, id),
    d1.prepare(join).bind(id, account, JSON.stringify(body.members)),
    record(d1, act),
  ]);
  return getGroup(d1, account, id);
}

export async function deleteGroup(d1: D1Database, account: string, id: string, act: Act): Promise<void> {
  const db = drizzle(d1);
  await d1.batch([
    prepared(d1, db.delete(members).where(and(eq(members.accountId, account), eq(members.groupId, id)))),
    prepared(d1, db.delete(groups).where(and(eq(groups.accountId, account), eq(groups.id, id)))),
    record(d1, act),
  ]);
}
