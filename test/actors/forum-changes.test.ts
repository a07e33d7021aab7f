/** The notice of a changed forum on the floor's sockets. */
import { cannedRoutes, ownForum, subprotocol } from '#protocol';
import { expect, test } from 'vitest';
import { dispatcherStub } from '../../worker/actors/stubs.ts';
import { added, newForum, put } from '../http/canned.ts';
import { ask, call, done, env, newAccount, origin, type TestAccount } from '../http/client.ts';
import { maybeEvict, Tab, ways } from './scene.ts';

async function floorOf(cookie: string): Promise<Tab> {
  const headers = { Origin: origin, Upgrade: 'websocket', 'Sec-WebSocket-Protocol': subprotocol };
  const { webSocket, status } = await call('GET', '/api/floor/socket', { cookie, headers });
  if (!webSocket) throw new Error(`no socket: ${status}`);
  const tab = new Tab(webSocket);
  await tab.frame('floor');
  return tab;
}

const noticesOf = (tab: Tab) => tab.frames.filter(({ t }) => t === 'forum.changed');
const notice = (forum: string, version: number | null) => ({ t: 'forum.changed', forum, version });

/** All notices of a tab up to that of a last change, which all tabs of the account get. */
async function upToLast(account: TestAccount, tabs: readonly Tab[]) {
  const last = await newForum(account, 'Last');
  await Promise.all(tabs.map((tab) => tab.frame('forum.changed', ({ forum }) => forum === last.id)));
  return tabs.map((tab) => noticesOf(tab).filter(({ forum }) => forum !== last.id));
}

test.each(ways)('FLR-23 CAN-6 each change of a forum reaches every tab of the account (%s)', async (way) => {
  const [account, stranger] = [await newAccount(), await newAccount()];
  const { supervisor: cookie } = account;
  const tabs = [await floorOf(account.agent), await floorOf(cookie)];
  const foreign = await floorOf(stranger.agent);
  await maybeEvict(way, dispatcherStub(env, account.id));

  const forum = await newForum(account);
  const params = { forum: forum.id };
  const seen = async (version: number | null) => {
    const matches = (frame: object) => JSON.stringify(frame) === JSON.stringify(notice(forum.id, version));
    await Promise.all(tabs.map((tab) => tab.frame('forum.changed', matches)));
  };
  await seen(1);
  const response = await added(cookie, forum.id);
  await seen(2);
  // Neither a repeat nor a refusal is a change.
  await put(cookie, forum.id, response.id);
  await put(cookie, forum.id, response.id, { version: 7, answer: 'Other' });
  await ask('DELETE', `/api/forums/${forum.id}/responses/${response.id}`, { cookie });
  await seen(3);
  await ask('POST', `/api/forums/${forum.id}/responses/${response.id}/restore`, { cookie });
  await seen(4);
  await done(cannedRoutes.change, { params, body: { title: 'Renamed', campaigns: null } }, { cookie });
  await seen(5);
  await maybeEvict(way, dispatcherStub(env, account.id));
  await done(cannedRoutes.remove, { params }, { cookie });
  await seen(null);
  await done(cannedRoutes.restore, { params }, { cookie });
  const versions = [1, 2, 3, 4, 5, null, 5].map((version) => notice(forum.id, version));
  expect(await upToLast(account, tabs)).toEqual([versions, versions]);
  await newForum(stranger);
  await foreign.frame('forum.changed');
  expect(noticesOf(foreign)).toHaveLength(1);
});

test.each(ways)('FLR-23 F73 a change of an own forum reaches its user’s tabs alone (%s)', async (way) => {
  const account = await newAccount();
  const own = ownForum(account.users.agent);
  const mine = [await floorOf(account.agent), await floorOf(account.agent)];
  const others = [await floorOf(account.supervisor), await floorOf(account.administrator)];
  await maybeEvict(way, dispatcherStub(env, account.id));
  const template = await added(account.agent, own);
  await Promise.all(mine.map((tab) => tab.frame('forum.changed')));
  await put(account.agent, own, template.id, { version: 1, answer: 'Other' });
  await Promise.all(mine.map((tab) => tab.frame('forum.changed', ({ version }) => version === 2)));
  const both = [notice(own, 1), notice(own, 2)];
  expect(await upToLast(account, [...mine, ...others])).toEqual([both, both, [], []]);
  expect(others.flatMap(({ texts }) => texts).join()).not.toContain(own);
});
