/** The availability that a campaign's widgets receive: when, how often, and despite failures on the way. */
import { subprotocol } from '#protocol';
import { runInDurableObject } from 'cloudflare:test';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Lobby } from '../../worker/actors/lobby/lobby.ts';
import { lobbyStub } from '../../worker/actors/stubs.ts';
import { open } from '../../worker/runtime/migrate.ts';
import { eventually } from '../helpers/eventually.ts';
import { rule, screen } from './floor-scene.ts';
import { env, maybeEvict, newScene, Tab, ways, type Scene } from './scene.ts';

const lobbyOf = ({ account, campaign }: Scene) => lobbyStub(env, account, campaign.id);

/** An open widget without a conversation. */
async function enter(scene: Scene): Promise<Tab> {
  const headers = {
    Upgrade: 'websocket',
    'Sec-WebSocket-Protocol': subprotocol,
    'x-parley-lobby': `${scene.account}:${scene.campaign.id}`,
  };
  const { webSocket } = await lobbyOf(scene).fetch('https://parley.test/socket', { headers });
  if (!webSocket) throw new Error('no socket');
  return new Tab(webSocket);
}
const told = (tab: Tab) => tab.frames.map(({ state }) => state);
const hears = (tab: Tab, state: string) => tab.until(() => told(tab).at(-1) === state);
/** The dispatcher pushed a value to the lobby, rather than answering a query. */
const wasTold = (scene: Scene, state: string) =>
  eventually(async () =>
    expect(
      await runInDurableObject(lobbyOf(scene), (_, { storage }) => open(storage.sql, [])?.get('said')),
    ).toMatchObject({ state }),
  );
const reads = (scene: Scene) => lobbyOf(scene).read(scene.account, scene.campaign.id);

test.each(ways)('F20 F96 an open widget is updated when the last agent leaves, %s', async (way) => {
  const scene = newScene();
  await rule(scene, { assignment: 'assigned' });
  const [anna, ben] = [await screen(scene, 'Anna'), await screen(scene, 'Ben')];
  await wasTold(scene, 'available');
  const widget = await enter(scene);
  await hears(widget, 'available');
  await anna.agent.stub.setStatus('dinner');
  await maybeEvict(way, scene.dispatcher);
  await maybeEvict(way, lobbyOf(scene));
  await ben.agent.stub.setStatus('invisible');
  await hears(widget, 'away');
  expect(await reads(scene)).toBe('away');
  await maybeEvict(way, scene.dispatcher);
  await maybeEvict(way, lobbyOf(scene));
  await anna.agent.stub.setStatus('online');
  await hears(widget, 'available');
  // No frame was sent without a change.
  expect(told(widget)).toEqual(['available', 'away', 'available']);
});

test.each(ways)('F150 busy differs from away, and freed capacity makes it available, %s', async (way) => {
  const scene = newScene();
  await rule(scene, { assignment: 'assigned' });
  await screen(scene, 'Anna', 1);
  const widget = await enter(scene);
  await hears(widget, 'available');
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  const tab = await visitor.attach(conversation);
  await hears(widget, 'busy');
  await maybeEvict(way, scene.dispatcher);
  await maybeEvict(way, lobbyOf(scene));
  const late = await enter(scene);
  await hears(late, 'busy');
  tab.send({ t: 'conversation.close', id: crypto.randomUUID() });
  await hears(widget, 'available');
  expect(told(late)).toEqual(['busy', 'available']);
});

test.each(ways)('F96 a report that was lost is sent again, %s', async (way) => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const anna = await screen(scene, 'Anna');
  const widget = await enter(scene);
  await hears(widget, 'available');
  const tell = vi.spyOn(Lobby.prototype, 'tell').mockImplementationOnce(() => {
    throw new Error('not now');
  });
  onTestFinished(() => tell.mockRestore());
  await anna.agent.stub.setStatus('offline');
  await eventually(() => expect(tell).toHaveBeenCalled());
  await maybeEvict(way, scene.dispatcher);
  await hears(widget, 'away');
  expect(told(widget)).toEqual(['available', 'away']);
});

test('F96 an older report that arrives late changes nothing', async () => {
  const scene = newScene();
  const lobby = lobbyOf(scene);
  await lobby.tell({ state: 'available', count: 2 });
  await lobby.tell({ state: 'away', count: 1 });
  expect(await reads(scene)).toBe('available');
});

test('F96 a lobby without a report asks every time, and stores no answer that a later report could contradict', async () => {
  const scene = newScene();
  expect(await reads(scene)).toBe('away');
  await screen(scene, 'Anna');
  await eventually(async () => expect(await reads(scene)).toBe('available'));
});

test('the lobby accepts no frame', async () => {
  const widget = await enter(newScene());
  await hears(widget, 'away');
  widget.send({ t: 'hello', v: 1 });
  await widget.until(() => widget.closed?.code === 4400);
});

test.each(ways)(
  'F96 a visitor who waits in a conversation is updated when no agent serves the queue any more, %s',
  async (way) => {
    const scene = newScene();
    await rule(scene, { assignment: 'manual' });
    const anna = await screen(scene, 'Anna');
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say('hello');
    const tab = await visitor.attach(conversation);
    await tab.frame('waiting', (frame) => frame['availability'] === 'available');
    await maybeEvict(way, scene.dispatcher);
    await anna.agent.stub.setStatus('offline');
    await tab.frame('waiting', (frame) => frame['availability'] === 'away' && frame['place'] === 1);
  },
);
