/** The time table (TIM-1): each agent's statuses on a day of the account's zone. */
import { clip, type Span } from '#domain/base/span';
import { overdueBreaks, sum } from '#domain/people/activity';
import { shortBreak } from '#domain/people/status';
import { dayBounds } from '#domain/reports/day';
import type { TimeTableRow } from '#protocol';
import { and, asc, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { selectActivity } from '../activity.ts';
import { users } from '../schema/people.ts';
import { pathOfPhoto } from '../users.ts';
import type { Reader } from './reader.ts';

export const readTimeTable: Reader<'timeTable'> = async (d1, { id, timeZone: zone }, { day, group }, now) => {
  const span = dayBounds(zone, day);
  return { zone, ...span, now, rows: await rowsOf(d1, id, span, group, now) };
};

/** By name. An open interval extends to now. */
async function rowsOf(
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
