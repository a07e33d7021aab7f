/** Sites: websites of an account that embed its widget, and the pages that each serves. */
import { refuse, type CampaignSettings, type Refusal, type Site, type SiteBody } from '#protocol';
import { and, asc, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { record, type Act } from './audit.ts';
import { prepared } from './batch.ts';
import { getCampaign, settingsOf } from './campaigns.ts';
import { accounts } from './schema/accounts.ts';
import { campaigns } from './schema/campaigns.ts';
import { sites } from './schema/sites.ts';

const columns = { id: sites.id, name: sites.name, origins: sites.origins, campaign: sites.campaignId };

export async function listSites(d1: D1Database, account: string): Promise<Site[]> {
  return drizzle(d1).select(columns).from(sites).where(eq(sites.accountId, account)).orderBy(asc(sites.id));
}

export async function createSite(
  d1: D1Database,
  account: string,
  id: string,
  body: SiteBody,
  act: Act,
): Promise<Site | Refusal> {
  if (!(await mayRun(d1, account, body))) return refuse('bad_request', { field: 'campaign' });
  const { campaign, ...rest } = body;
  const site = { id, accountId: account, ...rest, campaignId: campaign };
  await d1.batch([prepared(d1, drizzle(d1).insert(sites).values(site)), record(d1, act)]);
  return { id, ...body };
}

export async function updateSite(
  d1: D1Database,
  account: string,
  id: string,
  body: SiteBody,
  act: Act,
): Promise<Site | Refusal> {
  if (!(await mayRun(d1, account, body))) return refuse('bad_request', { field: 'campaign' });
  const { campaign, ...rest } = body;
  const change = drizzle(d1)
    .update(sites)
    .set({ ...rest, campaignId: campaign })
    .where(and(eq(sites.accountId, account), eq(sites.id, id)));
  await d1.batch([prepared(d1, change), record(d1, act)]);
  return (await getSite(d1, account, id)) ?? refuse('not_found');
}

export async function getSite(d1: D1Database, account: string, id: string): Promise<Site | null> {
  const which = and(eq(sites.accountId, account), eq(sites.id, id));
  return (await drizzle(d1).select(columns).from(sites).where(which).get()) ?? null;
}

/** A site runs no campaign, or one of its own account. */
async function mayRun(d1: D1Database, account: string, body: SiteBody): Promise<boolean> {
  return body.campaign === null || (await getCampaign(d1, account, body.campaign)) !== null;
}

/** A site as a visitor's page needs it. `campaign` is null if the site runs none, or it is switched off. */
export interface PublicSite {
  readonly id: string;
  readonly account: string;
  readonly origins: readonly string[];
  /** The account's limit for changes of one's own messages; 0: none may be changed. */
  readonly messageEditMinutes: number;
  readonly campaign: {
    readonly id: string;
    readonly name: string;
    readonly settings: CampaignSettings;
  } | null;
}

/**
 * Finds a site by its id alone: a visitor's page knows no account. Every further look-up is limited to the account
 * found.
 */
export async function findSite(d1: D1Database, id: string): Promise<PublicSite | null> {
  const row = await drizzle(d1)
    .select({
      ...{ account: sites.accountId, origins: sites.origins, campaign: campaigns },
      messageEditMinutes: accounts.messageEditMinutes,
    })
    .from(sites)
    .innerJoin(accounts, eq(accounts.id, sites.accountId))
    .leftJoin(campaigns, and(eq(campaigns.accountId, sites.accountId), eq(campaigns.id, sites.campaignId)))
    .where(eq(sites.id, id))
    .get();
  if (!row) return null;
  const { campaign, ...rest } = row;
  if (!campaign?.enabled) return { id, ...rest, campaign: null };
  return {
    id,
    ...rest,
    campaign: { id: campaign.id, name: campaign.name, settings: settingsOf(campaign.settings) },
  };
}
