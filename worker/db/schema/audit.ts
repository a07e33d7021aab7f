/** The audit log. */
import type { AuditKind } from '#protocol';
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Who did what, when and from where. Names are those of that time. The migration adds WITHOUT ROWID, as for pages. */
export const audit = sqliteTable(
  'audit',
  {
    accountId: text('account_id').notNull(),
    at: integer().notNull(),
    id: text().notNull(),
    kind: text().$type<AuditKind>().notNull(),
    /** Who did it; null where nobody is known, as with a wrong password. */
    userId: text('user_id'),
    userName: text('user_name'),
    address: text(),
    device: text().notNull(),
    /** What it was done to. */
    subjectId: text('subject_id'),
    subjectName: text('subject_name'),
    /** Of a change: each field, as it was and as it is. */
    changes: text({ mode: 'json' }).$type<Record<string, [unknown, unknown]>>(),
  },
  (audit) => [primaryKey({ columns: [audit.accountId, audit.at, audit.id] })],
);
