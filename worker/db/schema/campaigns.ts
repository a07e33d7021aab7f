/** Campaigns. */
import type { CampaignSettings } from '#protocol';
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

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
