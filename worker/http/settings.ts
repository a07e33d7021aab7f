/** An account's settings (V38). Managers read them, administrators change them. */
import {
  Account,
  AccountBody,
  Campaign,
  CampaignBody,
  CampaignId,
  CampaignsList,
  cleanName,
  refuse,
  Site,
  SiteBody,
  SiteId,
  SitesList,
} from '#protocol';
import { Hono } from 'hono';
import { getAccount, updateAccount } from '../db/accounts.ts';
import { createCampaign, listCampaigns, updateCampaign } from '../db/campaigns.ts';
import { createSite, listSites, updateSite } from '../db/sites.ts';
import { may, names, takes, tells } from './door.ts';
import { answer, type Bound } from './exchange.ts';
import { newId } from './new-id.ts';
import { forgetSites } from './site-lookup.ts';

export const settings = new Hono<Bound>();

settings.get('/account', may('settings.read'), tells('The account', Account), async (c) => {
  const { user } = c.var;
  return answer(c, (await getAccount(c.env.DB, user.account)) ?? refuse('not_found'));
});

settings.patch(
  '/account',
  may('settings.write'),
  takes(AccountBody),
  tells('Changes the account', Account),
  async (c) => {
    const { user } = c.var;
    const body = c.req.valid('json');
    return answer(c, (await updateAccount(c.env.DB, user.account, named(body))) ?? refuse('not_found'));
  },
);

settings.get('/sites', may('settings.read'), tells('The account’s sites', SitesList), async (c) => {
  const { user } = c.var;
  return answer(c, { sites: await listSites(c.env.DB, user.account) });
});

settings.post('/sites', may('settings.write'), takes(SiteBody), tells('Adds a site', Site), async (c) => {
  const { user } = c.var;
  const body = c.req.valid('json');
  forgetSites();
  return answer(c, await createSite(c.env.DB, user.account, newId('site'), named(body)));
});

settings.patch(
  '/sites/:id',
  may('settings.write'),
  names(SiteId),
  takes(SiteBody),
  tells('Changes a site', Site),
  async (c) => {
    const { user } = c.var;
    const body = c.req.valid('json');
    const site = await updateSite(c.env.DB, user.account, c.req.param('id'), named(body));
    forgetSites();
    return answer(c, site);
  },
);

settings.get(
  '/campaigns',
  may('settings.read'),
  tells('The account’s campaigns', CampaignsList),
  async (c) => {
    const { user } = c.var;
    return answer(c, { campaigns: await listCampaigns(c.env.DB, user.account) });
  },
);

settings.post(
  '/campaigns',
  may('settings.write'),
  takes(CampaignBody),
  tells('Adds a campaign', Campaign),
  async (c) => {
    const { user } = c.var;
    const body = c.req.valid('json');
    return answer(c, await createCampaign(c.env.DB, user.account, newId('campaign'), named(body)));
  },
);

settings.patch(
  '/campaigns/:id',
  may('settings.write'),
  names(CampaignId),
  takes(CampaignBody),
  tells('Changes a campaign', Campaign),
  async (c) => {
    const { user } = c.var;
    const body = c.req.valid('json');
    const campaign = await updateCampaign(c.env.DB, user.account, c.req.param('id'), named(body));
    forgetSites();
    return answer(c, campaign ?? refuse('not_found'));
  },
);

/** A name is shown beside other people's words. */
function named<T extends { name: string }>(body: T): T {
  return { ...body, name: cleanName(body.name) };
}
