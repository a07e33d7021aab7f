/** The effect over HTTP of a flood of new visitors and chats (L6), and of a visitor’s signing out (S9). */
import { caps } from '#domain/base/caps';
import * as credential from '#domain/base/credential';
import { limits } from '#domain/base/limits';
import { subprotocol, type Started, type VisitorSession } from '#protocol';
import { runInDurableObject } from 'cloudflare:test';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { DispatcherActor } from '../../worker/actors/contracts/dispatcher.ts';
import { networkWait } from '../../worker/actors/limits.ts';
import { Lobby } from '../../worker/actors/lobby/lobby.ts';
import { dispatcherStub, lobbyStub } from '../../worker/actors/stubs.ts';
import { Throttle } from '../../worker/actors/throttle.ts';
import { Visitor } from '../../worker/actors/visitor/visitor.ts';
import { moveClock } from '../actors/scene.ts';
import { eventually } from '../helpers/eventually.ts';
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
} from './client.ts';
import type { TestAccount } from './client.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await newAccount();
});

const post = (site: string, token: string, text = 'Hello', command = crypto.randomUUID()) =>
  ask<Started & { refused?: string; retryAfter?: number }>('POST', '/api/widget/messages', {
    headers: bearer(token),
    body: { id: command, site, text },
  });

/** Waiting conversations of a campaign, as they register. */
async function crowd(campaign: string, count: number): Promise<void> {
  await runInDurableObject(dispatcherStub(env, account.id), (dispatcher: DispatcherActor) => {
    for (let at = 1; at <= count; at++)
      dispatcher.conversationNoted({
        ...{ id: id('conversation'), seq: 2, phase: 'waiting', type: 'live', owner: null, generation: 0 },
        ...{ campaign: { id: campaign, name: 'Help' }, target: null, released: null, last: null },
        ...{ visitor: { id: id('visitor'), here: true }, opening: 'Hello', startedAt: at, changedAt: at },
      });
  });
}

test('L6 while 300 chats wait a new one is refused, and the waiting ones continue', async () => {
  const { site, campaign } = await newSite(account);
  const [early, late] = [await newVisitor(site), await newVisitor(site)];
  const { conversation } = await say(site, early.token);
  await crowd(campaign, caps.waitingPerCampaign - 1);
  const lobby = lobbyStub(env, account.id, campaign);
  await eventually(async () =>
    expect(await lobby.situation(account.id, campaign)).toMatchObject({ full: true }),
  );
  // This isolate's knowledge is two seconds old.
  moveClock().by(2_001);
  const command = crypto.randomUUID();
  // The first is admitted because nothing was known; afterwards this isolate knows.
  const asked = vi.spyOn(Lobby.prototype, 'situation');
  onTestFinished(() => asked.mockRestore());
  await eventually(async () => {
    const other = await newVisitor(site);
    expect((await post(site, other.token)).body.refused).toBe('queue_full');
  });
  expect(await post(site, late.token, 'Hello', command)).toMatchObject({
    status: 429,
    body: { refused: 'queue_full', retryAfter: 20_000 },
  });
  expect(await post(site, early.token, 'And more')).toEqual({ status: 200, body: { conversation, seq: 4 } });
  // The lobby was not asked for each of them.
  expect(asked.mock.calls.length).toBeLessThanOrEqual(2);
});

test('L6 an isolate without knowledge admits the chats before its first answer, and no more', async () => {
  const { site, campaign } = await newSite(account);
  const visitors = [];
  for (let count = 0; count < 12; count++) visitors.push(await newVisitor(site));
  await lobbyStub(env, account.id, campaign).tell({ state: 'busy', count: 1_000, full: true });
  const clock = moveClock();
  clock.by(3_600_000);
  const first = await Promise.all(visitors.slice(0, 4).map(({ token }) => post(site, token)));
  expect(first.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const then = [];
  for (const { token } of visitors.slice(4)) {
    clock.by(1_000);
    then.push((await post(site, token)).body.refused);
  }
  expect(new Set(then)).toEqual(new Set(['queue_full']));
  // Old answers refuse nobody: an answer that says full is requested again.
  await lobbyStub(env, account.id, campaign).tell({ state: 'busy', count: 1_001, full: false });
  clock.by(2_001);
  expect((await post(site, visitors[5]?.token ?? '')).status).toBe(200);
});

test('S9 signing out ends the credential, by bearer and by cookie alike, and with it the socket', async () => {
  const { site } = await newSite(account);
  const ways = [
    (token: string, cookie: string) => ({ headers: bearer(token), cookie: undefined, from: cookie }),
    (_: string, cookie: string) => ({ cookie, from: cookie }),
  ];
  for (const way of ways) {
    const { token, cookie } = await newVisitor(site);
    const { conversation } = await say(site, token);
    const socket = await call('GET', `/api/widget/conversations/${conversation}/socket`, {
      headers: {
        Upgrade: 'websocket',
        Origin: origin,
        'Sec-WebSocket-Protocol': `${subprotocol}, token.${token}`,
      },
    });
    const closed = new Promise<number>((resolve) =>
      socket.webSocket?.addEventListener('close', ({ code }) => resolve(code)),
    );
    socket.webSocket?.accept();
    const { from: _, ...asked } = way(token, cookie);
    expect((await call('DELETE', `/api/widget/session?site=${site}`, asked)).status).toBe(200);
    expect(await closed).toBe(4401);
    const out = { status: 401, body: { refused: 'signed_out' } };
    for (const who of [{ headers: bearer(token) }, { cookie }]) {
      expect(await ask('GET', `/api/widget/session?site=${site}`, who)).toMatchObject(out);
      const entries = `/api/widget/conversations/${conversation}/entries?site=${site}`;
      expect(await ask('GET', entries, who)).toMatchObject(out);
    }
    expect(await post(site, token)).toMatchObject(out);
    const again = await call('GET', `/api/widget/conversations/${conversation}/socket`, {
      headers: {
        Upgrade: 'websocket',
        Origin: origin,
        'Sec-WebSocket-Protocol': `${subprotocol}, token.${token}`,
      },
    });
    expect(again.status).toBe(401);
    // Repeated, it has the same result.
    expect((await call('DELETE', `/api/widget/session?site=${site}`, asked)).status).toBe(200);
  }
});

test('S9 an old credential is replaced the way it was sent: a cookie’s secret reaches no script', async () => {
  const { site } = await newSite(account);
  const [one, two] = [await newVisitor(site), await newVisitor(site)];
  moveClock().by(credential.replacedAfter);
  const path = `/api/widget/session?site=${site}`;
  const byCookie = await call('GET', path, { cookie: one.cookie });
  expect(await byCookie.json()).toEqual({ visitor: one.id, contact: {}, blocked: false, conversations: [] });
  const fresh = cookieOf(byCookie);
  expect(fresh).not.toBe(one.cookie);
  expect(byCookie.headers.getSetCookie()[0]).toContain('HttpOnly');
  expect((await ask<VisitorSession>('GET', path, { cookie: fresh })).body.visitor).toBe(one.id);

  const byBearer = await ask<VisitorSession>('GET', path, { headers: bearer(two.token) });
  const { token = '' } = byBearer.body;
  expect(token).not.toBe(two.token);
  expect(token.split('.').slice(0, 2)).toEqual(two.token.split('.').slice(0, 2));
  expect((await ask<VisitorSession>('GET', path, { headers: bearer(token) })).body).toEqual({
    ...{ visitor: two.id, contact: {}, blocked: false, conversations: [] },
  });
});

const from = (address: string) => ({
  env: { BEHIND_CLOUDFLARE: 'true' },
  headers: { 'CF-Connecting-IP': address },
});
const askFrom = (site: string, token: string, address: string, command = crypto.randomUUID()) =>
  ask<Started & { refused?: string; retryAfter?: number }>('POST', '/api/widget/messages', {
    env: from(address).env,
    headers: { ...bearer(token), ...from(address).headers },
    body: { id: command, site, text: 'Hello' },
  });
const { newConversations, newVisitors } = limits;

test('L6 a network begins 60 conversations an hour with an account; other networks and accounts are unaffected', async () => {
  const { site } = await newSite(account);
  const home = '198.51.100.61';
  const visitors: Awaited<ReturnType<typeof newVisitor>>[] = [];
  while (visitors.length <= newConversations.most) visitors.push(await newVisitor(site));
  const last = visitors.pop() as (typeof visitors)[0];
  const commands = visitors.map(() => crypto.randomUUID());
  const begun = [];
  for (const [at, { token }] of visitors.entries())
    begun.push(await askFrom(site, token, home, commands[at]));
  expect(begun.map(({ status }) => status)).toEqual(visitors.map(() => 200));
  const over = await askFrom(site, last.token, home);
  expect(over).toMatchObject({ status: 429, body: { refused: 'too_many_chats' } });
  expect(over.body.retryAfter).toBeLessThanOrEqual(newConversations.window);
  const session = await ask<VisitorSession>('GET', '/api/widget/session', { headers: bearer(last.token) });
  expect(session.body.conversations).toEqual([]);
  // An accepted message gets the same answer again, and a visitor with a chat can continue it.
  const [first] = visitors as [(typeof visitors)[0]];
  expect(await askFrom(site, first.token, home, commands[0])).toEqual(begun[0]);
  expect(await askFrom(site, first.token, home)).toMatchObject({ status: 200, body: { seq: 4 } });
  expect((await askFrom(site, last.token, '198.51.100.62')).status).toBe(200);
  const other = await newSite(await newAccount());
  expect((await askFrom(other.site, (await newVisitor(other.site)).token, home)).status).toBe(200);
});

test('L6 many small networks of one owner are counted together: a /56 has twice the cap, a /48 four times', async () => {
  const { site } = await newSite(account);
  const begins = async (address: string) =>
    (await askFrom(site, (await newVisitor(site)).token, address)).status;
  const used = async (networks: (at: number) => string[], count: number) => {
    for (let at = 0; at < count; at++)
      expect(await networkWait(env, 'newConversations', networks(at), account.id)).toBe(0);
  };
  const of = (block: string) => (at: number) => [
    `2001:db8:${block}:${at.toString(16)}::/64`,
    `2001:db8:${block}::/56`,
    `2001:db8:${block}::/48`,
  ];
  await used(of('56'), 2 * newConversations.most);
  expect(await begins('2001:db8:56:ff::1')).toBe(429);
  expect(await begins('2001:db8:56:100::1')).toBe(200);
  const wide = (at: number) => {
    const group = (at % 8) * 256;
    return [
      `2001:db8:48:${(group + at).toString(16)}::/64`,
      `2001:db8:48:${group.toString(16)}::/56`,
      `2001:db8:48::/48`,
    ].map((network) => network.replace(':0::', '::'));
  };
  await used(wide, 4 * newConversations.most);
  expect(await begins('2001:db8:48:ff00::1')).toBe(429);
  expect(await begins('2001:db8:49:ff00::1')).toBe(200);
});

test('L6 a network makes 120 visitors an hour; one more is refused before an object is created', async () => {
  const { site } = await newSite(account);
  const address = '198.51.100.120';
  for (let at = 0; at < newVisitors.most; at++)
    expect(await networkWait(env, 'newVisitors', [address])).toBe(0);
  const made = vi.spyOn(Visitor.prototype, 'open');
  onTestFinished(() => made.mockRestore());
  const open = (more: object) => call('POST', '/api/widget/session', { body: { site }, ...more });
  const refused = await open(from(address));
  expect([refused.status, await refused.json()]).toMatchObject([429, { refused: 'too_many_chats' }]);
  expect(made).not.toHaveBeenCalled();
  expect((await open(from('198.51.100.121'))).status).toBe(200);
  // If addresses cannot be believed, nothing is counted by network.
  expect((await open({ headers: from(address).headers })).status).toBe(200);
});

test('L6 a count that fails refuses nobody', async () => {
  const { site } = await newSite(account);
  const { token } = await newVisitor(site);
  const take = vi.spyOn(Throttle.prototype, 'take').mockRejectedValue(new Error('not now'));
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  onTestFinished(() => [take, log].forEach((spy) => spy.mockRestore()));
  expect((await askFrom(site, token, '198.51.100.99')).status).toBe(200);
  expect(take).toHaveBeenCalledTimes(1);
  expect(log.mock.calls.map(([line]) => String(line))).toEqual([
    expect.stringContaining('"event":"network_not_counted"'),
  ]);
  expect(String(log.mock.calls)).not.toContain('198.51.100.99');
});
