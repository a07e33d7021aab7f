/** An account's settings (V38). Managers read them, administrators change them. */
import { AccountBody, CampaignBody, check, cleanName, isRefusal, refuse, SiteBody } from '#protocol';
import { Hono } from 'hono';
import { getAccount, updateAccount } from '../db/accounts.ts';
import { createCampaign, listCampaigns, updateCampaign } from '../db/campaigns.ts';
import { createSite, listSites, updateSite } from '../db/sites.ts';
import { answer, readJson, refused, type Bound } from './exchange.ts';
import { newId } from './new-id.ts';
import { userWho } from './principal.ts';
import { forgetSites } from './site-lookup.ts';

export const settings = new Hono<Bound>();

settings.get('/account', async (c) => {
  const user = await userWho(c, 'settings.read');
  if (isRefusal(user)) return refused(c, user);
  return answer(c, (await getAccount(c.env.DB, user.account)) ?? refuse('not_found'));
});

settings.patch('/account', async (c) => {
  const user = await userWho(c, 'settings.write');
  if (isRefusal(user)) return refused(c, user);
  const body = check(AccountBody, await readJson(c));
  if (isRefusal(body)) return refused(c, body);
  return answer(c, (await updateAccount(c.env.DB, user.account, named(body))) ?? refuse('not_found'));
});

settings.get('/sites', async (c) => {
  const user = await userWho(c, 'settings.read');
  if (isRefusal(user)) return refused(c, user);
  return answer(c, { sites: await listSites(c.env.DB, user.account) });
});

settings.post('/sites', async (c) => {
  const user = await userWho(c, 'settings.write');
  if (isRefusal(user)) return refused(c, user);
  const body = check(SiteBody, await readJson(c));
  if (isRefusal(body)) return refused(c, body);
  forgetSites();
  return answer(c, await createSite(c.env.DB, user.account, newId('site'), named(body)));
});

settings.patch('/sites/:id', async (c) => {
  const user = await userWho(c, 'settings.write');
  if (isRefusal(user)) return refused(c, user);
  const body = check(SiteBody, await readJson(c));
  if (isRefusal(body)) return refused(c, body);
  const site = await updateSite(c.env.DB, user.account, c.req.param('id'), named(body));
  forgetSites();
  return answer(c, site);
});

settings.get('/campaigns', async (c) => {
  const user = await userWho(c, 'settings.read');
  if (isRefusal(user)) return refused(c, user);
  return answer(c, { campaigns: await listCampaigns(c.env.DB, user.account) });
});

settings.post('/campaigns', async (c) => {
  const user = await userWho(c, 'settings.write');
  if (isRefusal(user)) return refused(c, user);
  const body = check(CampaignBody, await readJson(c));
  if (isRefusal(body)) return refused(c, body);
  return answer(c, await createCampaign(c.env.DB, user.account, newId('campaign'), named(body)));
});

settings.patch('/campaigns/:id', async (c) => {
  const user = await userWho(c, 'settings.write');
  if (isRefusal(user)) return refused(c, user);
  const body = check(CampaignBody, await readJson(c));
  if (isRefusal(body)) return refused(c, body);
  const campaign = await updateCampaign(c.env.DB, user.account, c.req.param('id'), named(body));
  forgetSites();
  return answer(c, campaign ?? refuse('not_found'));
});

/** A name is shown beside other people's words. */
function named<T extends { name: string }>(body: T): T {
  return { ...body, name: cleanName(body.name) };
}
