/** A lobby limits the sockets of a network, and closes silent ones (L6). It stores no address. */
import { caps } from '#domain/base/caps';
import { lease, ping, pong, subprotocol } from '#protocol';
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { lobbyStub } from '../../worker/actors/stubs.ts';
import { env, maybeEvict, newScene, Tab, ways, type Scene } from './scene.ts';

const lobbyOf = ({ account, campaign }: Scene) => lobbyStub(env, account, campaign.id);

/** The answer to an open widget on these networks. */
async function knock(scene: Scene, networks: readonly string[]): Promise<WebSocket | number> {
  const headers = {
    Upgrade: 'websocket',
    'Sec-WebSocket-Protocol': subprotocol,
    'x-parley-lobby': `${scene.account}:${scene.campaign.id}`,
    'x-parley-networks': networks.join(' '),
  };
  const { status, webSocket } = await lobbyOf(scene).fetch('https://parley.test/socket', { headers });
  webSocket?.accept();
  return webSocket ?? status;
}

const fill = async (scene: Scene, count: number, networks: (index: number) => readonly string[]) => {
  const found = [];
  for (let index = 0; index < count; index++) found.push(await knock(scene, networks(index)));
  return found.filter((each) => each !== 429) as WebSocket[];
};

test.each(ways)('L6 a network has a cap on its sockets of a lobby, another is admitted (%s)', async (way) => {
  const scene = newScene();
  const most = caps.lobbySocketsPerNetwork;
  const home = ['198.51.100.7'];
  const open = await fill(scene, most, () => home);
  expect(open).toHaveLength(most);
  await maybeEvict(way, lobbyOf(scene));
  expect(await knock(scene, home)).toBe(429);
  expect(await knock(scene, ['198.51.100.8'])).not.toBe(429);
  // If addresses cannot be believed, nothing is counted by network.
  expect(await knock(scene, [])).not.toBe(429);
  open[0]?.close();
  await expect.poll(() => knock(scene, home)).not.toBe(429);
});

test('L6 many small networks of one owner are counted together', async () => {
  const scene = newScene();
  const most = caps.lobbySocketsPerNetwork;
  const networks = (index: number) => [`2001:db8:0:${index}::/64`, '2001:db8::/56', '2001:db8::/48'];
  expect(await fill(scene, 2 * most + 3, networks)).toHaveLength(2 * most);
});

test.each(ways)(
  'L6 a socket that is silent for 75 seconds is closed, one that pings stays (%s)',
  async (way) => {
    const scene = newScene();
    const enter = async () => new Tab((await knock(scene, [])) as WebSocket);
    const [silent, alive] = [await enter(), await enter()];
    // The runtime stamps pings by its own clock: so the opening times are moved, not the clock.
    await runInDurableObject(lobbyOf(scene) as DurableObjectStub, (_, state) => {
      for (const socket of state.getWebSockets()) socket.serializeAttachment({ at: Date.now() - lease - 1 });
    });
    const young = await enter();
    alive.send(ping);
    await alive.until(() => alive.texts.includes(pong));
    await maybeEvict(way, lobbyOf(scene));
    expect(await runDurableObjectAlarm(lobbyOf(scene))).toBe(true);
    expect(await silent.until(() => silent.closed)).toMatchObject({ code: 4408 });
    expect([alive.closed, young.closed]).toEqual([undefined, undefined]);
    const next = await runInDurableObject(lobbyOf(scene) as DurableObjectStub, (_, { storage }) =>
      storage.getAlarm(),
    );
    expect(next).toBeGreaterThan(Date.now());
    // An empty lobby is woken once more, and then sleeps.
    for (const tab of [alive, young]) tab.close();
    await expect
      .poll(async () => {
        await runDurableObjectAlarm(lobbyOf(scene));
        return runInDurableObject(lobbyOf(scene) as DurableObjectStub, (_, { storage }) =>
          storage.getAlarm(),
        );
      })
      .toBeNull();
  },
);

test('L6 a lobby knows networks by a salted hash: neither its storage nor its sockets contain an address', async () => {
  const [scene, other] = [newScene(), newScene()];
  const address = '198.51.100.7';
  await fill(scene, 2, () => [address]);
  await fill(other, 1, () => [address]);
  const kept = (of: Scene) =>
    runInDurableObject(lobbyOf(of) as DurableObjectStub, (_, state) => ({
      rows: JSON.stringify([...state.storage.sql.exec('SELECT * FROM registers')]),
      tags: state.getWebSockets().map((socket) => state.getTags(socket)),
    }));
  const [here, there] = [await kept(scene), await kept(other)];
  expect(here.rows).not.toContain(address);
  expect(here.tags).toEqual([[expect.stringMatching(/^[\w-]{43}$/)], here.tags[0]]);
  expect(here.tags[0]).not.toEqual(there.tags[0]);
});
