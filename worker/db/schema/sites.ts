/** Sites. */
import { primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

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
