/**
 * The tables of D1: settings, and the history as it is projected from the conversations' logs. Everything belongs to an
 * account, and the account comes first in every key. Times are UTC milliseconds.
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
  /** Nobody works here without a second factor. */
  needsSecondFactor: integer('needs_second_factor', { mode: 'boolean' }).notNull().default(false),
  /** Whose conversations an agent sees. */
  sees: text().$type<Sees>().notNull().default('all'),
  /** How conversations reach agents. */
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
    /** When its owner confirmed it, or an administrator where no mail can go out. Null: nobody signs in with it yet. */
    emailConfirmedAt: integer('email_confirmed_at'),
    /** The email that replaces a confirmed one as soon as its owner confirms it, and until when. */
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
    /** Raised by every change: of two copies the later is believed. */
    version: integer().notNull().default(1),
    /** Raised where sessions made before must end: the password is another one. */
    passwordVersion: integer('password_version').notNull().default(1),
    /** Whether they have a second factor; what it is, their actor keeps. */
    secondFactor: integer('second_factor', { mode: 'boolean' }).notNull().default(false),
    /** The name of their photo's file; null where they have none. */
    photo: text(),
    /** Visitors see the photo. */
    showsPhoto: integer('shows_photo', { mode: 'boolean' }).notNull().default(true),
    /** The name and the email in lower case: what lists are sorted by and searched in. */
    searchKey: text('search_key').notNull().default(''),
  },
  (users) => [
    primaryKey({ columns: [users.accountId, users.id] }),
    // findLogin: nobody knows the account before the email is found. A deleted user holds theirs for a while.
    uniqueIndex('users_by_email')
      .on(users.email)
      .where(sql`email_confirmed_at IS NOT NULL`),
    // One active user of an account has an email, confirmed or not.
    uniqueIndex('users_by_account_email')
      .on(users.accountId, users.email)
      .where(sql`deleted_at IS NULL`),
    // listUsers: an account's, by name.
    index('users_by_name').on(users.accountId, users.searchKey, users.id),
    // findPhoto: the name is all that a photo's path has.
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

/** Who is in which group. The migration adds WITHOUT ROWID, as for pages. */
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

/**
 * What agents were at which time: the projection of their logs (F21). An interval begins with an entry of the agent's log and is
 * never cut; the last one is open. The migration adds WITHOUT ROWID, as for pages.
 */
export const activity = sqliteTable(
  'activity',
  {
    accountId: text('account_id').notNull(),
    agentId: text('agent_id').notNull(),
    /** The seq of the entry that it begins with. */
    seq: integer().notNull(),
    from: integer('from_at').notNull(),
    /** `openEnd` while it lasts. */
    to: integer('to_at').notNull(),
    status: text().$type<Status>().notNull(),
    /** They had a live tab. */
    connected: integer({ mode: 'boolean' }).notNull(),
  },
  (activity) => [
    primaryKey({ columns: [activity.accountId, activity.agentId, activity.seq] }),
    // listActivity: what was going on in a period.
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

/** One wide row of facts for each conversation: what the fold of its log amounts to. */
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
    /** The seq of the last entry that this row holds. */
    head: integer().notNull(),
    state: text({ mode: 'json' }).$type<ConversationState>().notNull(),
  },
  (conversations) => [
    // An object's name is account:id, so that is what a conversation is here too: another account's id is another row.
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
 * The transcripts, in pages (#domain `paginate`). The migration adds WITHOUT ROWID, which drizzle has no word for: a page is
 * then one row written, where a table with a rowid would write its key's index too.
 */
export const pages = sqliteTable(
  'pages',
  {
    accountId: text('account_id').notNull(),
    conversationId: text('conversation_id').notNull(),
    /** The seq of the page's first entry, and how many follow on from there. */
    first: integer().notNull(),
    count: integer().notNull(),
    /** A JSON array of the entries. */
    entries: text().notNull(),
  },
  (pages) => [primaryKey({ columns: [pages.accountId, pages.conversationId, pages.first] })],
);
