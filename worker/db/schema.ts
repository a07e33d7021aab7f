/**
 * The tables of D1: settings, and the history as a projection of the conversations' logs. Everything belongs to an
 * account, which comes first in every key. Times are UTC milliseconds.
 */
import type {
  Assignment,
  AuditKind,
  CampaignSettings,
  ConversationState,
  Language,
  Role,
  Sees,
  Status,
} from '#protocol';
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

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
});

export const users = sqliteTable(
  'users',
  {
    id: text().notNull(),
    accountId: text('account_id').notNull(),
    /** In lower case. Unique among the account's active users; across accounts, only confirmed emails are unique. */
    email: text().notNull(),
    /**
     * When its owner confirmed it, or an administrator if the deployment sends no mail. Null: it cannot be used to
     * sign in yet.
     */
    emailConfirmedAt: integer('email_confirmed_at'),
    /** The email that replaces a confirmed one once its owner confirms it, and until when that is possible. */
    pendingEmail: text('pending_email'),
    pendingUntil: integer('pending_until'),
    name: text().notNull(),
    nickname: text().notNull().default(''),
    language: text().$type<Language>().notNull().default('en'),
    passwordHash: text('password_hash').notNull(),
    roles: text({ mode: 'json' }).$type<Role[]>().notNull(),
    manages: integer({ mode: 'boolean' }).notNull().default(true),
    ipRules: text('ip_rules', { mode: 'json' }).$type<string[]>().notNull().default([]),
    /** The user has signed in from an admitted address, or the address rules were set from one. True without rules. */
    admitted: integer({ mode: 'boolean' }).notNull().default(true),
    liveLimit: integer('live_limit'),
    nrtLimit: integer('nrt_limit'),
    createdAt: integer('created_at').notNull(),
    deletedAt: integer('deleted_at'),
    /** Raised by every change: of two copies the one with the higher version is newer. */
    version: integer().notNull().default(1),
    /** Raised by every change of the password, which must end earlier sessions. */
    passwordVersion: integer('password_version').notNull().default(1),
    /** True if they have a second factor; its secret is stored by their actor. */
    secondFactor: integer('second_factor', { mode: 'boolean' }).notNull().default(false),
    /** The name of their photo's file; null without one. */
    photo: text(),
    /** Visitors may see the photo. */
    showsPhoto: integer('shows_photo', { mode: 'boolean' }).notNull().default(true),
    /** The name and the email in lower case, by which lists are sorted and searched. */
    searchKey: text('search_key').notNull().default(''),
  },
  (users) => [
    primaryKey({ columns: [users.accountId, users.id] }),
    // findLogin: the account is unknown before the email is found. A deleted user holds theirs for a while.
    uniqueIndex('users_by_email')
      .on(users.email)
      .where(sql`email_confirmed_at IS NOT NULL`),
    // Within an account, one active user has an email, confirmed or not.
    uniqueIndex('users_by_account_email')
      .on(users.accountId, users.email)
      .where(sql`deleted_at IS NULL`),
    // listUsers: of an account, by name.
    index('users_by_name').on(users.accountId, users.searchKey, users.id),
    // findPhoto: a photo's path contains only its name.
    index('users_by_photo')
      .on(users.photo)
      .where(sql`photo IS NOT NULL`),
  ],
);

export const groups = sqliteTable(
  'groups',
  {
    id: text().notNull(),
    accountId: text('account_id').notNull(),
    name: text().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (groups) => [primaryKey({ columns: [groups.accountId, groups.id] })],
);

/** The members of groups. The migration adds WITHOUT ROWID, as for pages. */
export const members = sqliteTable(
  'members',
  {
    accountId: text('account_id').notNull(),
    groupId: text('group_id').notNull(),
    userId: text('user_id').notNull(),
  },
  (members) => [
    primaryKey({ columns: [members.accountId, members.groupId, members.userId] }),
    // The groups of a user.
    index('members_by_user').on(members.accountId, members.userId, members.groupId),
  ],
);

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
    // listActivity: the intervals that overlap a period.
    index('activity_by_end').on(activity.accountId, activity.to, activity.from),
  ],
);

export const sites = sqliteTable(
  'sites',
  {
    id: text().notNull(),
    accountId: text('account_id').notNull(),
    name: text().notNull(),
    origins: text({ mode: 'json' }).$type<string[]>().notNull(),
    campaignId: text('campaign_id'),
  },
  (sites) => [
    primaryKey({ columns: [sites.accountId, sites.id] }),
    // findSite: a page states its site's id, which leads to the account.
    uniqueIndex('sites_by_id').on(sites.id),
  ],
);

export const campaigns = sqliteTable(
  'campaigns',
  {
    id: text().notNull(),
    accountId: text('account_id').notNull(),
    name: text().notNull(),
    enabled: integer({ mode: 'boolean' }).notNull(),
    settings: text({ mode: 'json' }).$type<CampaignSettings>().notNull(),
    /** Raised by every change. */
    version: integer().notNull(),
  },
  (campaigns) => [primaryKey({ columns: [campaigns.accountId, campaigns.id] })],
);

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
