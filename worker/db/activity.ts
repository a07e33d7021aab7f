/**
 * Agents' past statuses and presence: a projection of their logs that may be written twice and late, and the time
 * table of a day.
 */
import { clip, overdueBreaks, sum, type Interval, type Span } from '#domain/people/activity';
import { shortBreak } from '#domain/people/status';
import type { TimeTableRow } from '#protocol';
import { and, asc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { activity, members, users } from './schema.ts';
import { pathOfPhoto } from './users.ts';

/** One transaction. A repeated or late call changes nothing: an ended interval stays ended. */
export async function writeActivity(
  d1: D1Database,
  account: string,
  agent: string,
  intervals: readonly Interval[],
): Promise<void> {
  const upsert = d1.prepare(`
    INSERT INTO activity (account_id, agent_id, seq, from_at, to_at, status, connected) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (account_id, agent_id, seq) DO UPDATE SET to_at = excluded.to_at WHERE excluded.to_at < activity.to_at`);
  await d1.batch(
    intervals.map(({ seq, from, to, status, connected }) =>
      upsert.bind(account, agent, seq, from, to, status, Number(connected)),
    ),
  );
}

/**
 * All intervals of an account that overlap a span. A test checks its plan: the index by end serves it and skips
 * everything that had ended before. No ORDER BY, because SQLite might then scan the whole table by its key.
 */
export function selectActivity(d1: D1Database, account: string, { from, to }: Span, group?: string) {
  const db = drizzle(d1);
  const ofGroup = (id: string) =>
    db
      .select({ id: members.userId })
      .from(members)
      .where(and(eq(members.accountId, account), eq(members.groupId, id)));
  return db
    .select({
      ...{ agent: activity.agentId, seq: activity.seq, from: activity.from, to: activity.to },
      ...{ status: activity.status, connected: activity.connected },
    })
    .from(activity)
    .where(
      and(
        eq(activity.accountId, account),
        gt(activity.to, from),
        lt(activity.from, to),
        group === undefined ? undefined : inArray(activity.agentId, ofGroup(group)),
      ),
    );
}

/** A day's time table, by name. An open interval extends to now. */
export async function listTimeTable(
  d1: D1Database,
  account: string,
  day: Span,
  group: string | undefined,
  now: number,
): Promise<TimeTableRow[]> {
  const within = { from: day.from, to: Math.min(day.to, now) };
  const rows = await selectActivity(d1, account, { ...day, from: day.from - shortBreak }, group);
  const byAgent = Map.groupBy(
    rows.sort((one, other) => one.seq - other.seq),
    ({ agent }) => agent,
  );
  const people = await peopleOf(d1, account, [...byAgent.keys()]);
  return people.flatMap(({ id, deletedAt, ...person }) => {
    const known = (byAgent.get(id) ?? []).map(({ agent: _, ...interval }) => interval);
    const intervals = clip(known, within);
    if (intervals.length === 0) return [];
    return {
      ...{ id, ...person, deleted: deletedAt !== null },
      ...sum(intervals),
      overdue: overdueBreaks(clip(known, { from: 0, to: within.to }), within),
      intervals: intervals.map(({ seq: _, ...interval }) => interval),
    };
  });
}

/** By name, deleted users included. */
function peopleOf(d1: D1Database, account: string, ids: readonly string[]) {
  // As one value: a statement binds at most a hundred.
  const among = sql`${users.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  return drizzle(d1)
    .select({ id: users.id, name: users.name, photo: pathOfPhoto, deletedAt: users.deletedAt })
    .from(users)
    .where(and(eq(users.accountId, account), among))
    .orderBy(asc(users.searchKey), asc(users.id));
}
