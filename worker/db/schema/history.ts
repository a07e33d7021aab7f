/** The history, as it is projected from the conversations’ logs. */
import type { ConversationState } from '#protocol';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** One wide row of facts for each conversation: the fold of its log. */
export const conversations = sqliteTable(
  'conversations',
  {
    id: text().notNull(),
    accountId: text('account_id').notNull(),
    campaignId: text('campaign_id').notNull(),
    campaignName: text('campaign_name').notNull(),
    siteId: text('site_id').notNull(),
    visitorId: text('visitor_id').notNull(),
    visitorName: text('visitor_name'),
    visitorEmail: text('visitor_email'),
    phase: text().$type<ConversationState['phase']>().notNull(),
    ownerId: text('owner_id'),
    ownerName: text('owner_name'),
    startedAt: integer('started_at').notNull(),
    firstAssignedAt: integer('first_assigned_at'),
    firstReplyAt: integer('first_reply_at'),
    closedAt: integer('closed_at'),
    /** A user's or a visitor's id, or `system`. */
    closedBy: text('closed_by'),
    closedReason: text('closed_reason'),
    visitorMessages: integer('visitor_messages').notNull(),
    agentMessages: integer('agent_messages').notNull(),
    lastText: text('last_text'),
    lastAt: integer('last_at'),
    /** The seq of the last entry that this row includes. */
    head: integer().notNull(),
    state: text({ mode: 'json' }).$type<ConversationState>().notNull(),
  },
  (conversations) => [
    // An actor's name is account:id, so the key here is the same: the same id in another account is another row.
    primaryKey({ columns: [conversations.accountId, conversations.id] }),
    // listConversations: all of an account.
    index('conversations_by_start').on(conversations.accountId, conversations.startedAt, conversations.id),
    // listConversations: of a campaign.
    index('conversations_by_campaign').on(
      conversations.accountId,
      conversations.campaignId,
      conversations.startedAt,
      conversations.id,
    ),
    // listConversations: of a visitor.
    index('conversations_by_visitor').on(
      conversations.accountId,
      conversations.visitorId,
      conversations.startedAt,
      conversations.id,
    ),
    // listConversations: in a phase.
    index('conversations_by_phase').on(
      conversations.accountId,
      conversations.phase,
      conversations.startedAt,
      conversations.id,
    ),
  ],
);

/**
 * The transcripts, in pages (#domain `paginate`). The migration adds WITHOUT ROWID, which Drizzle cannot express: a
 * page is then one row written, where a table with a rowid would write its key's index too.
 */
export const pages = sqliteTable(
  'pages',
  {
    accountId: text('account_id').notNull(),
    conversationId: text('conversation_id').notNull(),
    /** The seq of the page's first entry, and the number of entries. */
    first: integer().notNull(),
    count: integer().notNull(),
    /** A JSON array of the entries. */
    entries: text().notNull(),
  },
  (pages) => [primaryKey({ columns: [pages.accountId, pages.conversationId, pages.first] })],
);
