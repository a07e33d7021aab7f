/** The audit log. */
import type { AuditKind } from '#protocol';
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * The audit log: who did what, when and from which address. Names are those of that time. The migration adds WITHOUT
 * ROWID, as for pages.
 */
export const audit = sqliteTable(
  'audit',
  {
    accountId: text('account_id').notNull(),
    at: integer().notNull(),
    id: text().notNull(),
    kind: text().$type<AuditKind>().notNull(),
    /** The user who did it; null if unknown, as with a wrong password. */
    userId: text('user_id'),
    userName: text('user_name'),
    address: text(),
    device: text().notNull(),
    /** The object of the action. */
    subjectId: text('subject_id'),
    subjectName: text('subject_name'),
    /** For a change: each field with its old and new value. */
    changes: text({ mode: 'json' }).$type<Record<string, [unknown, unknown]>>(),
  },
  (audit) => [primaryKey({ columns: [audit.accountId, audit.at, audit.id] })],
);
