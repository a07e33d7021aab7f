import { defaultCampaign, type Account, type Campaign, type Site } from '#protocol';
import { beforeAll, expect, test } from 'vitest';
import { conversationStub } from '../../worker/actors/stubs.ts';
import { openTab } from '../actors/scene.ts';
import { ask, env, id, newAccount, newSite, newVisitor, say, type TestAccount } from './client.ts';

let mine: TestAccount;
let theirs: TestAccount;
beforeAll(async () => {
  mine = await newAccount('Mine');
  theirs = await newAccount('Theirs');
});

const rest = {
  ...{ sees: 'groups', needsSecondFactor: false, assignment: 'offered' },
  ...{ offerSeconds: 20, missedLimit: 3, offlineProcessing: true, messageEditMinutes: 5 },
};
const campaignBody = { name: 'Help', enabled: true, settings: defaultCampaign };
const siteBody = { name: 'Shop', origins: ['https://shop.example'], campaign: null };
const everything = async (account: TestAccount) => [
  (await ask('GET', '/api/account', { cookie: account.administrator })).body,
  (await ask('GET', '/api/sites', { cookie: account.administrator })).body,
  (await ask('GET', '/api/campaigns', { cookie: account.administrator })).body,
];

test('SET-1 an administrator reads and changes the account', async () => {
  const body = { name: 'Mine too', timeZone: 'Asia/Kathmandu', ...rest };
  const changed = await ask('PATCH', '/api/account', { cookie: mine.administrator, body });
  expect(changed).toEqual({ status: 200, body: { id: mine.id, ...body } });
  expect(await ask('GET', '/api/account', { cookie: mine.supervisor })).toEqual(changed);
});

test('SET-16 a console tab of an earlier version saves without the time to edit, which is then unchanged', async () => {
  const { messageEditMinutes, ...known } = rest;
  const body = { name: 'Mine again', timeZone: 'Asia/Kathmandu', ...known };
  const cookie = mine.administrator;
  await ask('PATCH', '/api/account', { cookie, body: { ...body, messageEditMinutes } });
  expect((await ask('PATCH', '/api/account', { cookie, body })).body).toMatchObject({ messageEditMinutes });
  for (const wrong of [-1, 1.5, 1_441, '5'])
    expect(
      await ask('PATCH', '/api/account', { cookie, body: { ...body, messageEditMinutes: wrong } }),
    ).toMatchObject({ status: 400, body: { field: 'messageEditMinutes' } });
});

test('SET-1 sites and campaigns are created, listed and changed', async () => {
  const cookie = mine.administrator;
  const campaign = (await ask<Campaign>('POST', '/api/campaigns', { cookie, body: campaignBody })).body;
  expect(campaign).toEqual({ id: campaign.id, ...campaignBody });
  const site = (
    await ask<Site>('POST', '/api/sites', { cookie, body: { ...siteBody, campaign: campaign.id } })
  ).body;
  expect(site).toEqual({ id: site.id, ...siteBody, campaign: campaign.id });

  const renamed = { ...campaignBody, name: 'Sales', settings: { ...defaultCampaign, color: '#112233' } };
  expect(await ask('PATCH', `/api/campaigns/${campaign.id}`, { cookie, body: renamed })).toMatchObject({
    status: 200,
    body: { id: campaign.id, ...renamed },
  });
  const moved = { ...siteBody, origins: ['https://*.shop.example'] };
  expect(await ask('PATCH', `/api/sites/${site.id}`, { cookie, body: moved })).toMatchObject({ status: 200 });
  expect((await ask('GET', '/api/sites', { cookie })).body).toEqual({ sites: [{ id: site.id, ...moved }] });
  expect((await ask('GET', '/api/campaigns', { cookie })).body).toEqual({
    campaigns: [{ id: campaign.id, ...renamed }],
  });
});

const writes = [
  ['PATCH', '/api/account', { name: 'x', timeZone: 'UTC', ...rest }],
  ['POST', '/api/sites', siteBody],
  ['POST', '/api/campaigns', campaignBody],
] as const;

test.each(writes)('S1 %s %s is for administrators', async (method, path, body) => {
  const before = await everything(mine);
  for (const cookie of [mine.agent, mine.supervisor]) {
    expect(await ask(method, path, { cookie, body })).toMatchObject({
      status: 403,
      body: { refused: 'forbidden' },
    });
  }
  expect(await ask(method, path, { body })).toMatchObject({ status: 401, body: { refused: 'signed_out' } });
  expect(await everything(mine)).toEqual(before);
});

test.each(['/api/account', '/api/sites', '/api/campaigns'])('S1 %s is for managers', async (path) => {
  expect((await ask('GET', path, { cookie: mine.supervisor })).status).toBe(200);
  expect((await ask('GET', path, { cookie: mine.agent })).body).toMatchObject({ refused: 'forbidden' });
  expect((await ask('GET', path)).body).toMatchObject({ refused: 'signed_out' });
});

test('I13 another account’s sites and campaigns can’t be read, changed or joined', async () => {
  const cookie = theirs.administrator;
  const campaign = (await ask<Campaign>('POST', '/api/campaigns', { cookie, body: campaignBody })).body;
  const site = (await ask<Site>('POST', '/api/sites', { cookie, body: siteBody })).body;
  const before = await everything(theirs);
  const mineBefore = await everything(mine);

  const as = { cookie: mine.administrator };
  const missing = { status: 404, body: { refused: 'not_found' } };
  expect(await ask('PATCH', `/api/sites/${site.id}`, { ...as, body: siteBody })).toMatchObject(missing);
  expect(await ask('PATCH', `/api/campaigns/${campaign.id}`, { ...as, body: campaignBody })).toMatchObject(
    missing,
  );
  // The same answer as for ids that do not exist.
  expect(await ask('PATCH', `/api/sites/${id('site')}`, { ...as, body: siteBody })).toMatchObject(missing);
  const joined = await ask('POST', '/api/sites', { ...as, body: { ...siteBody, campaign: campaign.id } });
  expect(joined).toMatchObject({ status: 400, body: { refused: 'bad_request', field: 'campaign' } });

  expect(await everything(theirs)).toEqual(before);
  expect(await everything(mine)).toEqual(mineBefore);
  expect(JSON.stringify(mineBefore)).not.toContain(site.id);
});

test.each([
  ['POST', '/api/sites', { ...siteBody, origins: ['https://shop.example/path'] }, 'origins.0'],
  [
    'POST',
    '/api/sites',
    { ...siteBody, origins: ["https://x.example; script-src 'unsafe-inline'"] },
    'origins.0',
  ],
  ['POST', '/api/sites', { ...siteBody, origins: ['null'] }, 'origins.0'],
  ['POST', '/api/sites', { ...siteBody, origins: Array(21).fill('https://a.example') }, 'origins'],
  ['POST', '/api/sites', { ...siteBody, account_id: 'acc_x' }, 'account_id'],
  [
    'POST',
    '/api/campaigns',
    { ...campaignBody, settings: { ...defaultCampaign, color: 'red' } },
    'settings.color',
  ],
  ['POST', '/api/campaigns', { ...campaignBody, name: '\u200b' }, 'name'],
  ['PATCH', '/api/account', { name: 'x', timeZone: 'Mars/Olympus', ...rest }, 'timeZone'],
  ['PATCH', '/api/account', { name: 'a\nb', timeZone: 'UTC', ...rest }, 'name'],
])('REF-9 %s %s names the wrong field: %#', async (method, path, body, field) => {
  const before = await everything(mine);
  expect(await ask(method, path, { cookie: mine.administrator, body })).toMatchObject({
    status: 400,
    body: { refused: 'bad_request', field },
  });
  expect(await everything(mine)).toEqual(before);
});

test('a name loses characters that would reorder the text around it', async () => {
  const { body } = await ask<Site>('POST', '/api/sites', {
    cookie: mine.administrator,
    body: { ...siteBody, name: '\u202eevil\u2066 name ' },
  });
  expect(body.name).toBe('evil name');
});

test('SET-17 CMD-27 a conversation gets the account’s time to edit when it begins; with 0 there is none', async () => {
  const { body } = await ask<Account>('GET', '/api/account', { cookie: mine.administrator });
  const { id: _, ...known } = body;
  for (const messageEditMinutes of [7, 0]) {
    const changed = { ...known, messageEditMinutes };
    await ask('PATCH', '/api/account', { cookie: mine.administrator, body: changed });
    const { site } = await newSite(mine);
    const visitor = await newVisitor(site);
    const { conversation } = await say(site, visitor.token);
    const principal = { kind: 'visitor', account: mine.id, id: visitor.id, site } as const;
    const tab = await openTab(conversationStub(env, mine.id, conversation), principal);
    const { editMinutes } = await tab.send({ t: 'hello', v: 1 }).frame('welcome');
    expect(editMinutes).toBe(messageEditMinutes || undefined);
  }
});
