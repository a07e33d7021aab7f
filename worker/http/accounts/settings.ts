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
import { dispatcherStub, type Env } from '../../actors/stubs.ts';
import { getAccount, updateAccount } from '../../db/accounts.ts';
import { changesBetween } from '../../db/audit.ts';
import { createCampaign, getCampaign, listCampaigns, updateCampaign } from '../../db/campaigns.ts';
import { createSite, getSite, listSites, updateSite } from '../../db/sites.ts';
import { listWithoutSecondFactor } from '../../db/users.ts';
import { changing } from '../people/changes.ts';
import { actOf } from '../serving/act.ts';
import { may, names, takes, tells } from '../serving/door.ts';
import { answer, refused, type Bound } from '../serving/exchange.ts';
import { newId } from '../serving/new-id.ts';
import { forgetSites } from '../sites/site-lookup.ts';

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
    const before = await getAccount(c.env.DB, user.account);
    if (!before) return refused(c, refuse('not_found'));
    const { id, ...known } = before;
    const body = named(c.req.valid('json'));
    const changes = changesBetween(known, body);
    const act = actOf(c, user, 'account.changed', { subject: { id, name: body.name }, changes });
    // Whoever has no second factor meets the new rule now; who has one, nothing changes for.
    const met =
      known.needsSecondFactor === body.needsSecondFactor ? [] : await listWithoutSecondFactor(c.env.DB, id);
    const update = () => updateAccount(c.env.DB, id, body, act);
    const account = await steering(c.env, id, () => changing(c.env, id, met, update));
    return answer(c, account ?? refuse('not_found'));
  },
);

settings.get('/sites', may('settings.read'), tells('The account’s sites', SitesList), async (c) => {
  const { user } = c.var;
  return answer(c, { sites: await listSites(c.env.DB, user.account) });
});

settings.post('/sites', may('settings.write'), takes(SiteBody), tells('Adds a site', Site), async (c) => {
  const { user } = c.var;
  const body = named(c.req.valid('json'));
  const id = newId('site');
  const act = actOf(c, user, 'site.added', { subject: { id, name: body.name } });
  forgetSites();
  return answer(c, await createSite(c.env.DB, user.account, id, body, act));
});

settings.patch(
  '/sites/:id',
  may('settings.write'),
  names(SiteId),
  takes(SiteBody),
  tells('Changes a site', Site),
  async (c) => {
    const { user } = c.var;
    const before = await getSite(c.env.DB, user.account, c.req.param('id'));
    if (!before) return refused(c, refuse('not_found'));
    const { id, ...known } = before;
    const body = named(c.req.valid('json'));
    const act = actOf(c, user, 'site.changed', {
      subject: { id, name: known.name },
      changes: changesBetween(known, body),
    });
    const site = await updateSite(c.env.DB, user.account, id, body, act);
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
    const body = named(c.req.valid('json'));
    const id = newId('campaign');
    const act = actOf(c, user, 'campaign.added', { subject: { id, name: body.name } });
    const made = await steering(c.env, user.account, () =>
      createCampaign(c.env.DB, user.account, id, body, act),
    );
    return answer(c, made);
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
    const before = await getCampaign(c.env.DB, user.account, c.req.param('id'));
    if (!before) return refused(c, refuse('not_found'));
    const { id, ...known } = before;
    const body = named(c.req.valid('json'));
    const changes = changesBetween(
      { ...known, ...known.settings, settings: undefined },
      { ...body, ...body.settings, settings: undefined },
    );
    const act = actOf(c, user, 'campaign.changed', { subject: { id, name: known.name }, changes });
    const campaign = await steering(c.env, user.account, () =>
      updateCampaign(c.env.DB, user.account, id, body, act),
    );
    forgetSites();
    return answer(c, campaign ?? refuse('not_found'));
  },
);

/** Makes a change that the dispatcher's decisions rest on, and has answered once it knows. */
async function steering<T>(env: Env, account: string, change: () => Promise<T>): Promise<T> {
  const floor = dispatcherStub(env, account);
  await floor.expectChange();
  const changed = await change();
  await floor.reread();
  return changed;
}

/** A name is shown beside other people's words. */
function named<T extends { name: string }>(body: T): T {
  return { ...body, name: cleanName(body.name) };
}
