/** Accounts. In every other table the account comes first in the key. Times, here and there, are UTC milliseconds. */
import type { Assignment, Sees } from '#protocol';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const accounts = sqliteTable('accounts', {
  id: text().primaryKey(),
  name: text().notNull(),
  timeZone: text('time_zone').notNull(),
  createdAt: integer('created_at').notNull(),
  /** Users must set up a second factor before they can work. */
  needsSecondFactor: integer('needs_second_factor', { mode: 'boolean' }).notNull().default(false),
  /** The visibility rule: whose conversations an agent sees. */
  sees: text().$type<Sees>().notNull().default('all'),
  /** The assignment: how conversations reach agents. */
  assignment: text().$type<Assignment>().notNull().default('manual'),
  offerSeconds: integer('offer_seconds').notNull().default(30),
  missedLimit: integer('missed_limit'),
  offlineProcessing: integer('offline_processing', { mode: 'boolean' }).notNull().default(false),
  messageEditMinutes: integer('message_edit_minutes').notNull().default(15),
});
