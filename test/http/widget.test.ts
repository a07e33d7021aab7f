import { type Started, type VisitorSession, type WidgetConfig } from '#protocol';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { Lobby } from '../../worker/actors/lobby/lobby.ts';
import { lobbyStub } from '../../worker/actors/stubs.ts';
import { moveClock } from '../actors/scene.ts';
import {
  ask,
  bearer,
  call,
  cookieOf,
  env,
  id,
  newAccount,
  newSite,
  newVisitor,
  origin,
  say,
  type TestAccount,
} from './client.ts';

let account: TestAccount;
let site: string;
let campaign: string;
beforeAll(async () => {
  account = await newAccount();
  ({ site, campaign } = await newSite(account, ['https://shop.example', 'https://*.shop.example']));
});

const config = (at: string, headers: Record<string, string>) =>
  call('GET', `/api/widget/config?site=${at}`, { headers });

test('SIT-2 the configuration is served to pages of the site’s origins', async () => {
  for (const Origin of ['https://shop.example', 'https://eu.shop.example']) {
    const response = await config(site, { Origin });
    expect(response.status).toBe(200);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(Origin);
    expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull();
    expect(response.headers.get('Vary')).toBe('Origin, Accept-Language');
    const body = await response.json<WidgetConfig>();
    const settings = { title: 'Chat with us', sneakPreview: false };
    expect(body).toMatchObject({ site, campaign, label: 'Chat', settings });
    expect(body.settings).not.toHaveProperty('idleMinutes');
  }
});

test('S11 SIT-2 the refusal names the origin and the remedy, for the page’s developer', async () => {
  const answer = await config(site, { Origin: 'https://staging.example:8443' });
  expect(await answer.json()).toMatchObject({
    refused: 'wrong_origin',
    message:
      "https://staging.example:8443 is not an allowed origin of this website. Add it in Parley's console, under Websites.",
  });
});

test('S11 SIT-2 the configuration is served to no other page', async () => {
  const others = [
    'https://shop.example.evil.test',
    'https://evilshop.example',
    'http://shop.example',
    'https://shop.example:8443',
    'null',
    origin,
  ];
  for (const Origin of others) {
    const response = await config(site, { Origin });
    expect(response.status).toBe(403);
    // Only the refusal can be read.
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(await response.json()).toMatchObject({ refused: 'wrong_origin' });
  }
  expect((await config(site, {})).status).toBe(403);
  expect((await config(site, { 'Sec-Fetch-Site': 'same-origin' })).status).toBe(403);
});

test('SIT-2 a page of our own origin, which a browser does not state, is judged by that origin', async () => {
  const own = await newSite(account, [origin]);
  expect((await config(own.site, { 'Sec-Fetch-Site': 'same-origin' })).status).toBe(200);
  expect((await config(own.site, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
});

test('SIT-2 a site that does not exist, or has no active campaign, has no widget', async () => {
  const Origin = 'https://shop.example';
  for (const other of [id('site'), 'x', '', `${site}'`]) {
    const answer = await config(other, { Origin });
    expect([400, 404]).toContain(answer.status);
  }
  const body = { name: 'Bare', origins: [Origin], campaign: null };
  const bare = await ask<{ id: string }>('POST', '/api/sites', { cookie: account.administrator, body });
  expect((await config(bare.body.id, { Origin })).status).toBe(404);
});

test('SET-13 a change of settings reaches the widget', async () => {
  const own = await newSite(account);
  const headers = { Origin: 'https://moved.example' };
  expect((await config(own.site, headers)).status).toBe(403);
  await ask('PATCH', `/api/sites/${own.site}`, {
    cookie: account.administrator,
    body: { name: 'Moved', origins: ['https://moved.example'], campaign: own.campaign },
  });
  expect((await config(own.site, headers)).status).toBe(200);
});

test('a known site is served while D1 is down, however old the knowledge', async () => {
  const own = await newSite(account);
  const headers = { Origin: 'https://shop.example' };
  expect((await config(own.site, headers)).status).toBe(200);
  const fail = () => {
    throw new Error('D1_ERROR: Network connection lost.');
  };
  const down = { DB: { prepare: fail } as unknown as D1Database };
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
  const later = (at: string) => call('GET', `/api/widget/config?site=${at}`, { headers, env: down });
  const statuses = [(await later(own.site)).status, (await later(id('site'))).status];
  expect(log).toHaveBeenCalledTimes(2);
  clock.mockRestore();
  log.mockRestore();
  expect(statuses).toEqual([200, 503]);
});

test('VIS-2 a visitor gets a credential, as a cookie that works across sites and as a token', async () => {
  const response = await call('POST', '/api/widget/session', { body: { site } });
  expect(response.status).toBe(200);
  const [cookie] = response.headers.getSetCookie();
  expect(cookie).toMatch(
    new RegExp(`^__Host-parley-visitor-${site}=acc_[a-z0-9]{26}\\.vis_[a-z0-9]{26}\\.[\\w-]{43};`),
  );
  for (const part of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=None', 'Partitioned']) {
    expect(cookie).toContain(part);
  }
  const { token, ...session } = await response.json<VisitorSession>();
  expect(session).toEqual({ visitor: session.visitor, contact: {}, blocked: false, conversations: [] });
  expect(cookie).toContain(`=${token};`);
  const byCookie = await ask('GET', `/api/widget/session?site=${site}`, { cookie: cookieOf(response) });
  expect(byCookie).toEqual({ status: 200, body: session });
  expect(await ask('GET', '/api/widget/session', { headers: bearer(token ?? '') })).toEqual(byCookie);
});

test('VIS-12 a visitor who signs out of the page leaves the device; a foreign page cannot sign them out', async () => {
  const left = await call('DELETE', `/api/widget/session?site=${site}`, {});
  expect(left.status).toBe(200);
  const [cookie] = left.headers.getSetCookie();
  // Without the attributes of the stored one it would be another cookie.
  expect(cookie).toMatch(new RegExp(`^__Host-parley-visitor-${site}=;`));
  for (const part of ['Max-Age=0', 'Path=/', 'HttpOnly', 'Secure', 'SameSite=None', 'Partitioned'])
    expect(cookie?.split('; ')).toContain(part);
  for (const Origin of ['https://evil.test', undefined]) {
    const refused = await call('DELETE', `/api/widget/session?site=${site}`, { headers: { Origin } });
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([403, []]);
  }
});

test('VIS-9 a client without a credential is nobody yet, which is no refusal', async () => {
  const nobody = { status: 200, body: { visitor: null } };
  expect(await ask('GET', `/api/widget/session?site=${site}`)).toEqual(nobody);
  expect(await ask('GET', '/api/widget/session')).toEqual(nobody);
  expect((await call('DELETE', '/api/widget/session', {})).status).toBe(400);
});

test('VIS-8 two sites of one company, which share their cookies, each keep their own visitor', async () => {
  const sibling = await newSite(account);
  const [here, there] = [await newVisitor(site), await newVisitor(sibling.site)];
  const cookie = `${here.cookie}; ${there.cookie}`;
  const who = (of: string) => ask<VisitorSession>('GET', `/api/widget/session?site=${of}`, { cookie });
  expect((await who(site)).body.visitor).toBe(here.id);
  expect((await who(sibling.site)).body.visitor).toBe(there.id);
  const body = { id: crypto.randomUUID(), site: sibling.site, text: 'Hello' };
  const { conversation } = (await ask<Started>('POST', '/api/widget/messages', { cookie, body })).body;
  const entries = `/api/widget/conversations/${conversation}/entries?site=`;
  expect((await ask('GET', entries + sibling.site, { cookie })).status).toBe(200);
  expect((await ask('GET', entries + site, { cookie })).status).toBe(404);
});

test('VIS-5 a request with a bearer token ignores the cookie', async () => {
  const [one, two] = [await newVisitor(site), await newVisitor(site)];
  const both = await ask<VisitorSession>('GET', `/api/widget/session?site=${site}`, {
    cookie: one.cookie,
    headers: bearer(two.token),
  });
  expect(both.body.visitor).toBe(two.id);
  const broken = { cookie: one.cookie, headers: bearer('broken') };
  expect(await ask('GET', '/api/widget/session', broken)).toMatchObject({ status: 401 });
});

test('VIS-9 an invalid credential is refused', async () => {
  const { token } = await newVisitor(site);
  const other = await newVisitor(site);
  const [acc, vis, secret] = token.split('.');
  const broken = [
    'x',
    `${acc}.${vis}`,
    `${acc}.${vis}.${'A'.repeat(43)}`,
    `${acc}.${other.id}.${secret}`,
    `${id('account')}.${vis}.${secret}`,
    `${acc}.${id('visitor')}.${secret}`,
    account.agent.replace('__Host-parley=', ''),
  ];
  for (const wrong of broken) {
    const answer = await ask('GET', '/api/widget/session', { headers: bearer(wrong) });
    expect(answer).toMatchObject({ status: 401, body: { refused: 'signed_out' } });
  }
});

test('MSG-1 a message opens a conversation, and its retry returns the same entry', async () => {
  const { token, cookie } = await newVisitor(site);
  const body = { id: crypto.randomUUID(), site, text: 'Do you ship to Norway?', contact: { name: 'Åse' } };
  const sent = await ask<{ conversation: string; seq: number }>('POST', '/api/widget/messages', {
    cookie,
    body,
  });
  expect(sent).toEqual({ status: 200, body: { conversation: sent.body.conversation, seq: 3 } });
  expect(await ask('POST', '/api/widget/messages', { cookie, body })).toEqual(sent);
  const more = await say(site, token, 'Hello?');
  expect(more).toEqual({ conversation: sent.body.conversation, seq: 4 });
  expect(
    (await ask<VisitorSession>('GET', `/api/widget/session?site=${site}`, { cookie })).body,
  ).toMatchObject({
    contact: { name: 'Åse' },
    conversations: [{ id: sent.body.conversation, campaign, open: true }],
  });
});

test('MSG-1 an invalid message is refused, and opens nothing', async () => {
  const { token } = await newVisitor(site);
  const good = { id: crypto.randomUUID(), site, text: 'Hello' };
  const bad = [
    {},
    { ...good, id: 'x' },
    { ...good, text: '' },
    { ...good, text: '\u200b \u2060' },
    { ...good, text: 'a\0b' },
    { ...good, text: 'x'.repeat(8_001) },
    { ...good, page: { url: 'javascript:alert(1)', title: '' } },
    { ...good, contact: { email: 'nobody' } },
    { ...good, visitor: id('visitor') },
  ];
  for (const body of bad) {
    const answer = await ask('POST', '/api/widget/messages', { headers: bearer(token), body });
    expect(answer).toMatchObject({ status: 400, body: { refused: 'bad_request' } });
  }
  const session = await ask<VisitorSession>('GET', '/api/widget/session', { headers: bearer(token) });
  expect(session.body.conversations).toEqual([]);
});

test('S23 a credential is valid on its own site, and on no other', async () => {
  const { token } = await newVisitor(site);
  const session = (of: string) => ask('GET', `/api/widget/session?site=${of}`, { headers: bearer(token) });
  expect(await session(site)).toMatchObject({ status: 200 });
  const sibling = await newSite(account);
  const stranger = await newSite(await newAccount());
  for (const other of [sibling, stranger]) {
    const body = { id: crypto.randomUUID(), site: other.site, text: 'Hello' };
    const answer = await ask('POST', '/api/widget/messages', { headers: bearer(token), body });
    expect(answer).toMatchObject({ status: 401, body: { refused: 'signed_out' } });
    expect(await session(other.site)).toMatchObject({ status: 401, body: { refused: 'signed_out' } });
  }
});

test('MSG-1 L6 a visitor who posts without pause is slowed down, and no other', async () => {
  const [visitor, neighbour] = [await newVisitor(site), await newVisitor(site)];
  const statuses: number[] = [];
  for (let i = 0; i < 70; i++) {
    const { status } = await ask('POST', '/api/widget/messages', {
      headers: bearer(visitor.token),
      body: { id: crypto.randomUUID(), site, text: `Message ${i}` },
    });
    statuses.push(status);
  }
  expect(new Set(statuses.slice(0, 60))).toEqual(new Set([200]));
  expect(statuses.slice(60).filter((status) => status === 429).length).toBeGreaterThan(0);
  expect((await say(site, neighbour.token, 'And me?')).seq).toBe(3);
});

test('MSG-20 a visitor reads their own conversation, and nobody else’s', async () => {
  const [one, two] = [await newVisitor(site), await newVisitor(site)];
  const { conversation } = await say(site, one.token, 'Mine');
  const path = `/api/widget/conversations/${conversation}/entries`;
  const read = await ask<{ after: number; upTo: number; entries: { kind: string }[] }>('GET', path, {
    headers: bearer(one.token),
  });
  expect(read).toMatchObject({ status: 200, body: { after: 0, upTo: 3 } });
  expect(read.body.entries.map((entry) => entry.kind)).toEqual([
    ...['conversation.started', 'automatic.sent', 'message.sent'],
  ]);
  const part = await ask('GET', `${path}?before=2&limit=1`, { headers: bearer(one.token) });
  expect(part).toMatchObject({ status: 200, body: { after: 0, upTo: 1 } });
  for (const query of ['?limit=0', '?limit=101', '?limit=x', '?before=-1', "?before=1'"]) {
    expect((await ask('GET', path + query, { headers: bearer(one.token) })).status).toBe(400);
  }

  const missing = {
    status: 404,
    body: { refused: 'not_found', message: 'Not found. Check the ids and the path.' },
  };
  expect(await ask('GET', path, { headers: bearer(two.token) })).toEqual(missing);
  const unknown = `/api/widget/conversations/${id('conversation')}/entries`;
  expect(await ask('GET', unknown, { headers: bearer(two.token) })).toEqual(missing);
  expect(await ask('GET', '/api/widget/conversations/x/entries', { headers: bearer(two.token) })).toEqual(
    missing,
  );
  expect((await ask('GET', path)).body).toMatchObject({ refused: 'signed_out' });
  // An agent's cookie is not a visitor's.
  expect((await ask('GET', path, { cookie: account.agent })).status).toBe(401);
});

test('L6 new visitors from one address are slowed down, if client addresses can be believed', async () => {
  const headers = { 'CF-Connecting-IP': '198.51.100.9' };
  const open = (BEHIND_CLOUDFLARE: string) =>
    call('POST', '/api/widget/session', { body: { site }, headers, env: { BEHIND_CLOUDFLARE } });
  const answers = [];
  for (let i = 0; i < 130; i++) answers.push((await open('true')).status);
  // The limit counts by the minute, and the test may touch two.
  expect(answers.filter((status) => status === 429).length).toBeGreaterThanOrEqual(10);
  expect((await open('false')).status).toBe(200);
});

test('LOB-1 a lobby admits every client that uses the protocol, for an existing site, up to a limit per address', async () => {
  const enter = (at: string, more: Record<string, string> = {}, BEHIND_CLOUDFLARE = 'false') =>
    call('GET', `/api/widget/lobby/socket?site=${at}`, {
      headers: { Upgrade: 'websocket', Origin: origin, 'Sec-WebSocket-Protocol': 'parley.1', ...more },
      env: { BEHIND_CLOUDFLARE },
    });
  const status = async (entering: Promise<Response>) => {
    const { status, webSocket } = await entering;
    webSocket?.accept();
    webSocket?.close();
    return status;
  };
  expect(await status(enter(site))).toBe(101);
  expect(await status(enter(site, { Origin: 'https://shop.example' }))).toBe(403);
  expect(await status(enter(site, { 'Sec-WebSocket-Protocol': 'other.1' }))).toBe(426);
  expect(await status(enter(id('site')))).toBe(404);
  expect(await status(enter('site'))).toBe(400);
  const answers = [];
  const one = { 'CF-Connecting-IP': '198.51.100.7' };
  for (let i = 0; i < 130; i++) answers.push(await status(enter(site, one, 'true')));
  // The limit counts by the minute, and the test may touch two.
  expect(answers.filter((each) => each === 429).length).toBeGreaterThanOrEqual(10);
  expect(await status(enter(site, { 'CF-Connecting-IP': '198.51.100.8' }, 'true'))).toBe(101);
});

test('F96 LOB-4 new widgets read the availability without a call for each', async () => {
  const busy = await newSite(account, ['https://shop.example']);
  const lobby = lobbyStub(env, account.id, busy.campaign);
  const clock = moveClock();
  const read = async () =>
    (await (await config(busy.site, { Origin: 'https://shop.example' })).json<WidgetConfig>()).availability;
  const asked = vi.spyOn(Lobby.prototype, 'situation');
  onTestFinished(() => asked.mockRestore());
  await lobby.tell({ state: 'available', count: 1_000 });
  await read();
  const answers = await Promise.all(Array.from({ length: 50 }, () => read()));
  expect(new Set(answers)).toEqual(new Set(['available']));
  expect(asked).toHaveBeenCalledTimes(1);
  await lobby.tell({ state: 'away', count: 1_001 });
  clock.by(2_001);
  expect(await read()).toBe('away');
  expect(asked).toHaveBeenCalledTimes(2);
  // A lobby that cannot be asked removes nobody's button.
  asked.mockRejectedValueOnce(new Error('not now'));
  clock.by(2_001);
  expect(await read()).toBe('away');
});
