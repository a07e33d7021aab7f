/** Users and groups. */
import type { Language, Role } from '#protocol';
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

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
