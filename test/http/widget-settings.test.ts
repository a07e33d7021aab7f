/** Which of a campaign's settings a visitor's browser is sent: the appearance and the greetings (SIT-3). */
import { defaultCampaign, subprotocol } from '#protocol';
import { beforeAll, expect, test } from 'vitest';
import { Tab } from '../actors/scene.ts';
import { ask, bearer, call, env, newAccount, newSite, newVisitor, origin, say } from './client.ts';

/** Settings that are not for browsers: all the rules, and one that was added without a place among the three types. */
const level = { id: 'first', title: 'private-level', users: [], groups: [], method: 'random' };
const hidden = {
  idleMinutes: 1_337,
  routing: { ...defaultCampaign.routing, forwardAfter: 59, levels: [level] },
  addedLater: 'private-new',
};

let site: string;
let campaign: string;
beforeAll(async () => {
  ({ site, campaign } = await newSite(await newAccount()));
  await env.DB.prepare('UPDATE campaigns SET settings = ? WHERE id = ?')
    .bind(JSON.stringify({ ...defaultCampaign, ...hidden }), campaign)
    .run();
});

test('S11 SIT-3 the configuration has the public settings, and no other', async () => {
  const config = await ask(`GET`, `/api/widget/config?site=${site}`, {
    headers: { Origin: 'https://shop.example' },
  });
  const { color, title, subtitle, closing, introduction, opening } = defaultCampaign;
  const { askName, askEmail, sneakPreview } = defaultCampaign;
  expect(config).toEqual({
    status: 200,
    body: {
      ...{ site, campaign, label: 'Chat', availability: 'away' },
      settings: { color, title, subtitle, closing, introduction, askName, askEmail, sneakPreview, opening },
    },
  });
});

test('S11 no other answer and no frame to a visitor has a setting that is not public', async () => {
  const { token } = await newVisitor(site);
  const as = { headers: bearer(token) };
  const { conversation } = await say(site, token);
  const path = `/api/widget/conversations/${conversation}`;
  const told = [
    await (await call('POST', '/api/widget/session', { body: { site } })).text(),
    await (await call('GET', `/api/widget/session?site=${site}`, as)).text(),
    await (await call('GET', `${path}/entries?site=${site}`, as)).text(),
  ];
  const upgrade = (at: string, protocols: string) =>
    call('GET', at, {
      headers: { Origin: origin, Upgrade: 'websocket', 'Sec-WebSocket-Protocol': protocols },
    });
  const chat = await upgrade(`${path}/socket?site=${site}`, `${subprotocol}, token.${token}`);
  const tab = new Tab(chat.webSocket as WebSocket);
  tab.send({ t: 'hello', v: 1 });
  await tab.frame('welcome');
  await tab.frame('range');
  const lobby = new Tab(
    (await upgrade(`/api/widget/lobby/socket?site=${site}`, subprotocol)).webSocket as WebSocket,
  );
  await lobby.frame('availability');
  const all = [...told, ...tab.texts, ...lobby.texts].join('\n');
  expect(all).toContain(conversation);
  expect(all).not.toMatch(/idleMinutes|1337|routing|private-|forwardAfter|addedLater/);
});
