/** The time table. */
import type { Status } from '#protocol';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * Agents' past statuses and presence: the projection of their logs (F21). An interval begins with an entry of the
 * agent's log and is never cut; the last one is open. The migration adds WITHOUT ROWID, as for pages.
 */
export const activity = sqliteTable(
  'activity',
  {
    accountId: text('account_id').notNull(),
    agentId: text('agent_id').notNull(),
    /** The seq of its first entry. */
    seq: integer().notNull(),
    from: integer('from_at').notNull(),
    /** `openEnd` until it ends. */
    to: integer('to_at').notNull(),
    status: text().$type<Status>().notNull(),
    /** The agent had a live tab. */
    connected: integer({ mode: 'boolean' }).notNull(),
  },
  (activity) => [
    primaryKey({ columns: [activity.accountId, activity.agentId, activity.seq] }),
    // selectActivity: the intervals that overlap a period.
    index('activity_by_end').on(activity.accountId, activity.to, activity.from),
  ],
);
