/** Presence: the grace period, disappearing, signing out, and the floor's view of it. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { closeCodes, lease } from '#protocol';
import { eventually } from '../helpers/eventually.ts';
import {
  env,
  id,
  logOf,
  maybeEvict,
  moveClock,
  newScene,
  taken,
  ways,
  type Scene,
  type SceneAgent,
} from './scene.ts';
import { signInOf } from './sign-in.ts';

const grace = 30_000;

/** An agent's row on the floor. */
const onTheFloor = async (scene: Scene, agent: SceneAgent) => {
  const watcher = await scene.agent('Watcher');
  const floor = await watcher.floor();
  const frame = await floor.frame('floor');
  floor.close();
  return (frame['agents'] as { id: string; status: string; connected: boolean }[]).find(
    (one) => one.id === agent.party.id,
  );
};

test.each(ways)(
  'PRE-3 an owner who disappears loses the conversation, which keeps its position by age (%s)',
  async (way) => {
    const scene = newScene();
    const clock = moveClock();
    const anna = await scene.agent('Anna');
    const desk = await anna.desk();
    await desk.frame('agent.welcome');
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say('hello');
    await taken(anna, conversation);
    const before = await scene.conversation(conversation).state();
    desk.close();
    await eventually(async () => {
      const gone = await runInDurableObject(
        anna.stub,
        (_, ctx) => [...ctx.storage.sql.exec("SELECT value FROM registers WHERE name = 'goneAt'")].length,
      );
      expect(gone).toBe(1);
    });
    await maybeEvict(way, anna.stub);
    // Within the grace period nothing happens.
    clock.by(grace - 5_000);
    await runDurableObjectAlarm(anna.stub);
    expect((await scene.conversation(conversation).state())?.phase).toBe('active');
    clock.by(10_000);
    await eventually(async () => {
      await runDurableObjectAlarm(anna.stub);
      await runDurableObjectAlarm(scene.dispatcher);
      expect((await scene.conversation(conversation).state())?.phase).toBe('waiting');
    });
    const after = await scene.conversation(conversation).state();
    expect(after).toMatchObject({
      owner: null,
      startedAt: before?.startedAt,
      generation: before?.generation,
    });
    const lost = (await logOf(scene, conversation)).filter((entry) => entry.kind === 'agent.unassigned');
    expect(lost).toMatchObject([{ reason: 'vanished' }]);
  },
);

test('I12 a tab that reloads within the grace period makes no absence', async () => {
  const scene = newScene();
  const clock = moveClock();
  const anna = await scene.agent('Anna');
  const first = await anna.desk();
  await first.frame('agent.welcome');
  const changes = () =>
    runInDurableObject(
      anna.stub,
      (_, { storage }) =>
        [...storage.sql.exec<{ entry: string }>('SELECT entry FROM entries')].filter(({ entry }) =>
          entry.includes('presence.changed'),
        ).length,
    );
  expect(await changes()).toBe(1);
  first.close();
  clock.by(20_000);
  const second = await anna.desk();
  await second.frame('agent.welcome');
  clock.by(20_000);
  await runDurableObjectAlarm(anna.stub);
  expect(await changes()).toBe(1);
});

test('I12 a socket that is silent for longer than the lease is closed, and its agent is gone', async () => {
  const scene = newScene();
  const clock = moveClock();
  const anna = await scene.agent('Anna');
  const desk = await anna.desk();
  await desk.frame('agent.welcome');
  clock.by(80_000);
  await runDurableObjectAlarm(anna.stub);
  expect((await desk.until(() => desk.closed)).code).toBe(4408);
  clock.by(grace + 1_000);
  await eventually(async () => {
    await runDurableObjectAlarm(anna.stub);
    expect(await onTheFloor(scene, anna)).toMatchObject({ connected: false });
  });
});

test.each(ways)(
  'I14 signing out closes every socket of the session with 4401, and no other (%s)',
  async (way) => {
    const scene = newScene();
    const anna = await scene.agent('Anna');
    const ben = await scene.agent('Ben');
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say('hello');
    await taken(anna, conversation);
    const hers = [await anna.desk(), await anna.floor(), await anna.attach(conversation)];
    const [desk, screen, tab] = [
      await ben.desk(),
      await ben.attach(conversation),
      await visitor.attach(conversation),
    ];
    for (const stub of [anna.stub, scene.dispatcher, scene.conversation(conversation)])
      await maybeEvict(way, stub);
    await anna.stub.signOut(anna.session);
    for (const each of hers) expect((await each.until(() => each.closed)).code).toBe(4401);
    const { seq } = await visitor.say('still there?');
    for (const each of [screen, tab]) await each.frame('range', (frame) => frame['upTo'] === seq);
    expect([desk, screen, tab].map((each) => each.closed)).toEqual([undefined, undefined, undefined]);
  },
);

test('I14 a session that has ended authenticates nobody', async () => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const { session, secret } = await signInOf(env, scene.account, anna.party.id);
  expect(await anna.stub.authenticate(session, secret)).toMatchObject({
    principal: { id: anna.party.id, session },
  });
  await anna.stub.signOut(session);
  expect(await anna.stub.authenticate(session, secret)).toMatchObject({ refused: 'signed_out' });
});

test.each(ways)(
  'ENT-8 a visitor whose last tab closed has left after the grace period, and returns (%s)',
  async (way) => {
    const scene = newScene();
    const clock = moveClock();
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say('hello');
    const stub = scene.conversation(conversation);
    const tab = await visitor.attach(conversation);
    tab.close();
    await eventually(async () => {
      const gone = await runInDurableObject(
        stub,
        (_, ctx) => [...ctx.storage.sql.exec("SELECT value FROM registers WHERE name = 'goneAt'")].length,
      );
      expect(gone).toBe(1);
    });
    await maybeEvict(way, stub);
    clock.by(31_000);
    await runDurableObjectAlarm(stub);
    expect((await stub.state())?.visitor.here).toBe(false);
    await maybeEvict(way, stub);
    await visitor.attach(conversation);
    expect((await stub.state())?.visitor.here).toBe(true);
    const kinds = (await logOf(scene, conversation)).map((entry) => entry.kind);
    expect(kinds).toEqual(['conversation.started', 'message.sent', 'visitor.left', 'visitor.returned']);
  },
);

test('ENT-8 a crash takes the sockets without a close event: the visitor has left all the same', async () => {
  const scene = newScene();
  const clock = moveClock();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  const stub = scene.conversation(conversation);
  await visitor.attach(conversation);
  await runInDurableObject(stub, (_, ctx) => ctx.abort('crash')).catch(() => undefined);
  const again = scene.conversation(conversation);
  await eventually(() => again.state());
  clock.by(31_000);
  await runDurableObjectAlarm(again);
  expect((await again.state())?.visitor.here).toBe(false);
});

test('I12 a socket that died while its agent slept is found by the alarm that wakes the agent', async () => {
  const scene = newScene();
  const clock = moveClock();
  const anna = await scene.agent('Anna');
  const desk = await anna.desk();
  await desk.frame('agent.welcome');
  // As if the minute were over: the runtime itself fires the alarm, for an actor that has to be created first.
  await runInDurableObject(anna.stub, (_, { storage }) => storage.setAlarm(Date.now() + 200));
  await maybeEvict('evicted', anna.stub);
  clock.by(lease + 1_000);
  expect((await desk.until(() => desk.closed)).code).toBe(closeCodes.leaseLost);
});

test('AGT-5 a draft is stored for an agent’s own chat and dropped at its end, even if it arrives late', async () => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  await taken(anna, conversation);
  const desk = await anna.desk();
  await desk.frame('agent.welcome');
  const other = await anna.desk();
  await other.frame('agent.welcome');
  desk.send({ t: 'draft.save', conversation, text: 'half a sentence' });
  // The chat belongs to a colleague, or no longer to this agent.
  const gone = id('conversation');
  desk.send({ t: 'draft.save', conversation: gone, text: 'too late' });
  await other.frame('draft', (frame) => frame['conversation'] === gone);
  const again = await anna.desk();
  const welcome = await again.frame('agent.welcome');
  expect(welcome['drafts']).toEqual({ [conversation]: 'half a sentence' });
});

test('SOC-7 AGT-9 the workspace’s socket is paced, and twenty bad frames in a row end it', async () => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const [desk, other] = [await anna.desk(), await anna.desk()];
  for (const tab of [desk, other]) await tab.frame('agent.welcome');
  for (let number = 0; number < 40; number++)
    desk.send({ t: 'draft.save', conversation: id('conversation'), text: `draft ${number}` });
  expect(await desk.frame('refused')).toMatchObject({
    code: 'slow_down',
    retryAfter: expect.any(Number) as number,
  });
  // The other tab has a count of its own.
  const conversation = id('conversation');
  other.send({ t: 'draft.save', conversation, text: 'mine' });
  await desk.frame('draft', (frame) => frame['conversation'] === conversation);
  for (let number = 0; number < 20; number++) desk.send('no frame');
  expect((await desk.until(() => desk.closed)).code).toBe(closeCodes.badFrame);
  expect(other.closed).toBeUndefined();
});
