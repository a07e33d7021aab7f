/** Agents' past statuses and presence: a projection of their logs that may be written twice and late. */
import type { Span } from '#domain/base/span';
import type { Interval } from '#domain/people/activity';
import { and, eq, gt, inArray, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { activity } from './schema/activity.ts';
import { members } from './schema/people.ts';

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
