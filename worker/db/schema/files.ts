/** Files of messages, as they are projected from the conversations’ logs. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The migration adds WITHOUT ROWID, as for pages: an account's files are then read as one range. */
export const files = sqliteTable(
  'files',
  {
    accountId: text('account_id').notNull(),
    conversationId: text('conversation_id').notNull(),
    id: text().notNull(),
    /** The seq of the message. */
    seq: integer().notNull(),
    /** Bytes. */
    size: integer().notNull(),
    /** 1 once the message is deleted. */
    deleted: integer().notNull(),
  },
  (files) => [primaryKey({ columns: [files.accountId, files.conversationId, files.id] })],
);
