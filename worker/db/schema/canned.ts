/** Canned responses: forums, their responses, and the uses of each. */
import type { FileInfo, ResponseTexts } from '#protocol';
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** A user's own forum has a row from its first template on. */
export const forums = sqliteTable(
  'forums',
  {
    accountId: text('account_id').notNull(),
    id: text().notNull(),
    /** The user whose own forum it is; null: the account's. */
    ownerId: text('owner_id'),
    title: text().notNull(),
    /** Null: every campaign uses it. */
    campaigns: text({ mode: 'json' }).$type<string[]>(),
    /** Raised by every change of the forum or its responses. A change compares it, so none is based on an old state. */
    version: integer().notNull(),
    /** Its responses, and the length of their texts in UTF-16 units, without removed ones. */
    count: integer().notNull(),
    size: integer().notNull(),
    createdAt: integer('created_at').notNull(),
    /** It can be restored for a while; after that, the account's next change of forums deletes it. */
    deletedAt: integer('deleted_at'),
  },
  (forums) => [
    primaryKey({ columns: [forums.accountId, forums.id] }),
    // listForums: the account's, without its users' own.
    index('forums_by_owner').on(forums.accountId, forums.ownerId),
  ],
);

/** The migration adds WITHOUT ROWID, as for pages: a forum's responses are then read as one range. */
export const responses = sqliteTable(
  'responses',
  {
    accountId: text('account_id').notNull(),
    forumId: text('forum_id').notNull(),
    id: text().notNull(),
    key: text().notNull(),
    question: text().notNull(),
    answer: text().notNull(),
    /** Raised by every change. */
    version: integer().notNull(),
    /** The visit to the editor that changed it last; null for an import. */
    edit: text(),
    /** The texts and files before that visit. */
    previous: text({ mode: 'json' }).$type<ResponseTexts>(),
    createdAt: integer('created_at').notNull(),
    changedAt: integer('changed_at').notNull(),
    /** Null for an import. */
    changedById: text('changed_by_id'),
    changedByName: text('changed_by_name'),
    /** It can be restored for a while; after that, the forum's next change deletes it. */
    deletedAt: integer('deleted_at'),
    /** In order; null: none. */
    files: text({ mode: 'json' }).$type<FileInfo[]>(),
  },
  (responses) => [
    primaryKey({ columns: [responses.accountId, responses.forumId, responses.id] }),
    // purge: removed responses of a forum.
    index('responses_removed')
      .on(responses.accountId, responses.forumId, responses.deletedAt)
      .where(sql`deleted_at IS NOT NULL`),
  ],
);

/**
 * Messages that were made from a response: a projection of the conversations' logs (db/history.ts). The migration adds
 * WITHOUT ROWID, as for pages.
 */
export const cannedUses = sqliteTable(
  'canned_uses',
  {
    accountId: text('account_id').notNull(),
    responseId: text('response_id').notNull(),
    conversationId: text('conversation_id').notNull(),
    /** The seq of the message. */
    seq: integer().notNull(),
    at: integer().notNull(),
  },
  (uses) => [primaryKey({ columns: [uses.accountId, uses.responseId, uses.conversationId, uses.seq] })],
);

/**
 * The objects in R2 that belong to responses. A row is stored before its object, and deleted after it, so no object is
 * without a row. The migration adds WITHOUT ROWID.
 */
export const cannedFiles = sqliteTable(
  'canned_files',
  {
    accountId: text('account_id').notNull(),
    id: text().notNull(),
    forumId: text('forum_id').notNull(),
    responseId: text('response_id').notNull(),
    /** R2's. */
    key: text().notNull(),
    info: text({ mode: 'json' }).$type<FileInfo>().notNull(),
    /** Bytes. */
    size: integer().notNull(),
    /** The media type of the small image. */
    small: text(),
    /** 1 once the object is there, whole. */
    stored: integer().notNull(),
    /** No response has it since then, or not yet; null while one has it. Deleted a day later (db/canned/files.ts). */
    removedAt: integer('removed_at'),
  },
  (files) => [
    primaryKey({ columns: [files.accountId, files.id] }),
    // The files of a response, or of a forum.
    index('canned_files_of').on(files.accountId, files.forumId, files.responseId),
    index('canned_files_removed')
      .on(files.accountId, files.removedAt)
      .where(sql`removed_at IS NOT NULL`),
  ],
);
