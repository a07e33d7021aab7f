/** Campaigns: the appearance and behaviour of an account's widgets. */
import { defaultCampaign, type Campaign, type CampaignBody, type CampaignSettings } from '#protocol';
import { and, asc, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { record, type Act } from './audit.ts';
import { prepared } from './batch.ts';
import { campaigns } from './schema.ts';

const columns = {
  id: campaigns.id,
  name: campaigns.name,
  enabled: campaigns.enabled,
  settings: campaigns.settings,
};

/** Fills in settings that an older document lacks with the defaults of a new campaign. */
export function settingsOf(document: Partial<CampaignSettings>): CampaignSettings {
  return { ...defaultCampaign, ...document };
}

const complete = (row: Campaign): Campaign => ({ ...row, settings: settingsOf(row.settings) });

/** By name within the account; the primary key serves it, because a company has few campaigns. */
export async function listCampaigns(d1: D1Database, account: string): Promise<Campaign[]> {
  const rows = await drizzle(d1)
    .select(columns)
    .from(campaigns)
    .where(eq(campaigns.accountId, account))
    .orderBy(asc(campaigns.id));
  return rows.map(complete);
}

export async function getCampaign(d1: D1Database, account: string, id: string): Promise<Campaign | null> {
  const row = await drizzle(d1)
    .select(columns)
    .from(campaigns)
    .where(and(eq(campaigns.accountId, account), eq(campaigns.id, id)))
    .get();
  return row ? complete(row) : null;
}

export async function createCampaign(
  d1: D1Database,
  account: string,
  id: string,
  body: CampaignBody,
  act: Act,
): Promise<Campaign> {
  const campaign = { id, accountId: account, ...body, version: 1 };
  await d1.batch([prepared(d1, drizzle(d1).insert(campaigns).values(campaign)), record(d1, act)]);
  return { id, ...body };
}

export async function updateCampaign(
  d1: D1Database,
  account: string,
  id: string,
  body: CampaignBody,
  act: Act,
): Promise<Campaign | null> {
  const change = drizzle(d1)
    .update(campaigns)
    .set({ ...body, version: sql`${campaigns.version} + 1` })
    .where(and(eq(campaigns.accountId, account), eq(campaigns.id, id)));
  await d1.batch([prepared(d1, change), record(d1, act)]);
  return getCampaign(d1, account, id);
}
