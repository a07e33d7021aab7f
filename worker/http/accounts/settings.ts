/** An account's settings (SET-1). Managers read them, administrators change them. */
import { accountRoutes, campaignRoutes, cleanName, refuse, siteRoutes } from '#protocol';
import { Hono } from 'hono';
import { dispatcherStub, type Env } from '../../actors/stubs.ts';
import { getAccount, updateAccount } from '../../db/accounts.ts';
import { changesBetween } from '../../db/audit.ts';
import { createCampaign, getCampaign, listCampaigns, updateCampaign } from '../../db/campaigns.ts';
import { createSite, getSite, listSites, updateSite } from '../../db/sites.ts';
import { listWithoutSecondFactor } from '../../db/users.ts';
import { changing } from '../people/changes.ts';
import { actOf } from '../serving/act.ts';
import type { Bound } from '../serving/exchange.ts';
import { newId } from '../serving/new-id.ts';
import { serve } from '../serving/serve.ts';
import { forgetSites } from '../sites/site-lookup.ts';

export const settings = new Hono<Bound>();

serve(
  settings,
  accountRoutes.get,
  async (c, { user }) => (await getAccount(c.env.DB, user.account)) ?? refuse('not_found'),
);

serve(settings, accountRoutes.change, async (c, { user, body: given }) => {
  const before = await getAccount(c.env.DB, user.account);
  if (!before) return refuse('not_found');
  const { id, ...known } = before;
  const body = named(given);
  const changes = changesBetween(known, body);
  const act = actOf(c, user, 'account.changed', { subject: { id, name: body.name }, changes });
  // The new rule concerns only users without a second factor.
  const met =
    known.needsSecondFactor === body.needsSecondFactor ? [] : await listWithoutSecondFactor(c.env.DB, id);
  const update = () => updateAccount(c.env.DB, id, body, act);
  const account = await steering(c.env, id, () => changing(c.env, id, met, update));
  // Visitors' conversations take a setting of the account from the cached site.
  forgetSites();
  return account ?? refuse('not_found');
});

serve(settings, siteRoutes.list, async (c, { user }) => ({
  sites: await listSites(c.env.DB, user.account),
}));

serve(settings, siteRoutes.add, async (c, { user, body: given }) => {
  const body = named(given);
  const id = newId('site');
  const act = actOf(c, user, 'site.added', { subject: { id, name: body.name } });
  forgetSites();
  return createSite(c.env.DB, user.account, id, body, act);
});

serve(settings, siteRoutes.change, async (c, { user, params, body: given }) => {
  const before = await getSite(c.env.DB, user.account, params.id);
  if (!before) return refuse('not_found');
  const { id, ...known } = before;
  const body = named(given);
  const changes = changesBetween(known, body);
  const act = actOf(c, user, 'site.changed', { subject: { id, name: known.name }, changes });
  const site = await updateSite(c.env.DB, user.account, id, body, act);
  forgetSites();
  return site;
});

serve(settings, campaignRoutes.list, async (c, { user }) => ({
  campaigns: await listCampaigns(c.env.DB, user.account),
}));

serve(settings, campaignRoutes.add, async (c, { user, body: given }) => {
  const body = named(given);
  const id = newId('campaign');
  const act = actOf(c, user, 'campaign.added', { subject: { id, name: body.name } });
  return steering(c.env, user.account, () => createCampaign(c.env.DB, user.account, id, body, act));
});

serve(settings, campaignRoutes.change, async (c, { user, params, body: given }) => {
  const before = await getCampaign(c.env.DB, user.account, params.id);
  if (!before) return refuse('not_found');
  const { id, ...known } = before;
  const body = named(given);
  const changes = changesBetween(
    { ...known, ...known.settings, settings: undefined },
    { ...body, ...body.settings, settings: undefined },
  );
  const act = actOf(c, user, 'campaign.changed', { subject: { id, name: known.name }, changes });
  const campaign = await steering(c.env, user.account, () =>
    updateCampaign(c.env.DB, user.account, id, body, act),
  );
  forgetSites();
  return campaign ?? refuse('not_found');
});

/** Makes a change that the dispatcher's decisions depend on. Resolves once the dispatcher has read it. */
async function steering<T>(env: Env, account: string, change: () => Promise<T>): Promise<T> {
  const floor = dispatcherStub(env, account);
  await floor.expectChange();
  const changed = await change();
  await floor.reread();
  return changed;
}

/** Cleans the name, because it is shown beside other people's text. */
function named<T extends { name: string }>(body: T): T {
  return { ...body, name: cleanName(body.name) };
}
