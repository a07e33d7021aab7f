/** Mentions in notes: they notify the colleague once, and let the colleague read until seven days after the end. */
import type { Mentioned } from '#protocol';
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { agentStub } from '../../worker/actors/stubs.ts';
import { eventually } from '../helpers/eventually.ts';
import {
  env,
  holdClock,
  id,
  maybeEvict,
  newScene,
  openTab,
  uuid,
  ways,
  type Scene,
  type SceneAgent,
  type Tab,
} from './scene.ts';
import { ownedBy, rule } from './sight-scene.ts';
import { signInOf } from './sign-in.ts';

const week = 7 * 86_400_000;
const named = ({ party: { id, name } }: SceneAgent) => ({ id, name });

async function chat(names = ['Anna', 'Ben'], settings: Parameters<typeof newScene>[0] = {}) {
  const scene = newScene(settings);
  const agents: SceneAgent[] = [];
  for (const name of names) agents.push(await scene.agent(name));
  const [anna, ben] = agents as [SceneAgent, SceneAgent];
  const conversation = await ownedBy(scene, anna);
  return { scene, anna, ben, conversation, stub: scene.conversation(conversation) };
}

/** Adds a note in a tab, and returns its seq. */
async function noted(tab: Tab, text: string, mentions: object[]): Promise<number> {
  const id = uuid();
  tab.send({ t: 'note.add', id, text, mentions });
  const find = (frame: { [key: string]: unknown }) =>
    ((frame['entries'] ?? []) as { id?: string; seq: number }[]).find((entry) => entry.id === id);
  const frame = await tab.frame('range', (each) => find(each) !== undefined);
  return find(frame)?.seq ?? 0;
}

const mentionIn = (frame: Record<string, unknown>) => frame['mention'] as Mentioned;
const welcomed = async (agent: SceneAgent) => {
  const desk = await agent.desk();
  const frame = await desk.frame('agent.welcome');
  return { desk, mentions: (frame['mentions'] ?? []) as Mentioned[] };
};

test.each(ways)(
  'NTE-10 AGT-18 AGT-20 a mention reaches the colleague’s tabs once, and is seen in all of them (%s)',
  async (way) => {
    const { anna, ben, conversation, stub } = await chat();
    const [one, two] = [(await welcomed(ben)).desk, (await welcomed(ben)).desk];
    const mine = (await welcomed(anna)).desk;
    const owner = await anna.attach(conversation);
    const seq = await noted(owner, '@Ben  is it\nin stock?', [named(ben), named(anna), named(ben)]);
    const frame = await one.frame('mention');
    const state = await stub.state();
    expect(mentionIn(frame)).toEqual({
      ...{ conversation, seq, at: mentionIn(frame).at, by: anna.party },
      visitor: { id: state?.visitor.id },
      text: '@Ben is it in stock?',
    });
    await two.frame('mention');
    await maybeEvict(way, ben.stub);
    await maybeEvict(way, stub);
    // The follower sends it again, as after a lost answer.
    await ben.stub.mentionNoted(mentionIn(frame));
    expect((await welcomed(ben)).mentions).toEqual([mentionIn(frame)]);
    two.send({ t: 'mentions.see', conversation, upTo: seq });
    expect(await one.frame('mentions.seen')).toEqual({ t: 'mentions.seen', conversation, upTo: seq });
    await maybeEvict(way, ben.stub);
    expect((await welcomed(ben)).mentions).toEqual([{ ...mentionIn(frame), seen: true }]);
    expect(one.frames.filter(({ t }) => t === 'mention')).toHaveLength(1);
    // The author mentioned themselves too, and is not notified.
    expect(mine.frames.filter(({ t }) => t === 'mention')).toEqual([]);
  },
);

test.each(ways)(
  'NTE-10 AGT-22 a colleague who is Offline or signed out finds the mention when they come back (%s)',
  async (way) => {
    const { anna, ben, conversation, stub } = await chat();
    const { desk } = await welcomed(ben);
    await ben.stub.setStatus('offline');
    const owner = await anna.attach(conversation);
    await maybeEvict(way, stub);
    const seq = await noted(owner, 'For @Ben', [named(ben)]);
    const stored = () =>
      runInDurableObject(ben.stub, (_, { storage }) =>
        storage.sql.exec<{ seq: number }>('SELECT seq FROM mentions').toArray(),
      );
    await eventually(async () => expect(await stored()).toEqual([{ seq }]));
    await maybeEvict(way, ben.stub);
    expect((await welcomed(ben)).mentions).toEqual([]);
    expect(desk.frames.filter(({ t }) => t === 'mention')).toEqual([]);
    await ben.stub.setStatus('online');
    const back = await welcomed(ben);
    expect(back.mentions.map((mention) => [mention.seq, mention.text, mention.seen])).toEqual([
      [seq, 'For @Ben', undefined],
    ]);
  },
);

test('NTE-10 AGT-19 an edited note changes its mention, and a deleted one takes it away', async () => {
  const { anna, ben, conversation } = await chat(undefined, { editMinutes: 15 });
  const { desk } = await welcomed(ben);
  const owner = await anna.attach(conversation);
  const seq = await noted(owner, '@Ben the code is 1234', [named(ben)]);
  await desk.frame('mention');
  owner.send({ t: 'message.edit', id: uuid(), target: seq, text: '@Ben see the safe' });
  await desk.frame('mention', (frame) => mentionIn(frame).text === '@Ben see the safe');
  owner.send({ t: 'message.delete', id: uuid(), target: seq });
  expect(await desk.frame('mention.gone')).toEqual({ t: 'mention.gone', conversation, seq });
  expect((await welcomed(ben)).mentions).toEqual([]);
});

test('NTE-5 a mention of an id that is no user of the account creates nothing', async () => {
  const { anna, scene, conversation, ben } = await chat();
  const stranger = id('user');
  const owner = await anna.attach(conversation);
  await noted(owner, 'For @Nobody and @Ben', [{ id: stranger, name: 'Nobody' }, named(ben)]);
  await eventually(async () => expect((await welcomed(ben)).mentions).toHaveLength(1));
  const tables = await runInDurableObject(agentStub(env, scene.account, stranger), (_, { storage }) =>
    storage.sql
      .exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '_cf%'")
      .toArray(),
  );
  expect(tables).toEqual([]);
});

test('AGT-18 AGT-21 the latest hundred mentions are stored, and seen ones for seven days', async () => {
  const { ben } = await chat();
  const clock = holdClock();
  const mention = (seq: number, conversation: string) => ({
    ...{ conversation, seq, at: clock.now + seq, text: `note ${seq}` },
    by: { kind: 'agent' as const, id: id('user'), name: 'Anna' },
    visitor: { id: 'vis_one' },
  });
  const conversation = id('conversation');
  for (let seq = 1; seq <= 101; seq++) await ben.stub.mentionNoted(mention(seq, conversation));
  const { desk, mentions } = await welcomed(ben);
  expect(mentions.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, index) => index + 2));
  desk.send({ t: 'mentions.see', conversation, upTo: 100 });
  await desk.frame('mentions.seen');
  clock.by(week);
  await ben.stub.mentionNoted(mention(1, id('conversation')));
  expect((await welcomed(ben)).mentions.map(({ seq }) => seq)).toEqual([101, 1]);
});

/** Another tab of an agent, whose earlier session has expired. */
async function returning(scene: Scene, { principal }: SceneAgent, conversation: string): Promise<Tab> {
  const { session } = await signInOf(env, principal.account, principal.id);
  const tab = await openTab(scene.conversation(conversation), { ...principal, session });
  tab.send({ t: 'hello', v: 1 });
  await tab.frame('range');
  return tab;
}

/** Whether an agent may read over HTTP, by a mention that is valid now. */
const decisions = (scene: Scene, { principal }: SceneAgent, conversation: string) =>
  scene.dispatcher.decisionsOf(conversation, { id: principal.id, roles: [...principal.roles] });

test.each(ways)(
  'NTE-6 NTE-7 F42 a mention opens a hidden chat to that colleague alone, for reading and notes (%s)',
  async (way) => {
    const { scene, anna, ben, conversation, stub } = await chat(['Anna', 'Ben', 'Cleo']);
    const cleo = await scene.agent('Dora');
    await rule(scene, 'own');
    await eventually(() => expect(ben.open(conversation)).rejects.toThrow('403'));
    const owner = await anna.attach(conversation);
    await noted(owner, 'For @Ben', [named(ben)]);
    await maybeEvict(way, stub);
    await maybeEvict(way, scene.dispatcher);
    const reader = await ben.attach(conversation);
    expect(reader.texts.join()).toContain('The canary sings.');
    expect(await decisions(scene, ben, conversation)).toHaveProperty('decisions');
    await expect(cleo.open(conversation)).rejects.toThrow('403');
    expect(await decisions(scene, cleo, conversation)).toMatchObject({ refused: 'not_found' });
    // A new list of viewers does not close it.
    await rule(scene, 'groups');
    await rule(scene, 'own');
    await noted(reader, 'On it, @Anna', [named(anna)]);
    const message = uuid();
    reader.send({ t: 'message.send', id: message, text: 'Hello, Ben here' });
    expect(await reader.frame('refused', (frame) => frame['id'] === message)).toMatchObject({
      code: 'not_owner',
    });
    expect(reader.closed).toBeUndefined();
  },
);

test.each(ways)(
  'NTE-6 NTE-8 the right to read ends seven days after the end, to the millisecond, for open tabs too (%s)',
  async (way) => {
    const { scene, anna, ben, conversation, stub } = await chat();
    const clock = holdClock();
    await rule(scene, 'own');
    const owner = await anna.attach(conversation);
    await noted(owner, 'For @Ben', [named(ben)]);
    owner.send({ t: 'conversation.close', id: uuid() });
    const end = await eventually(async () => {
      const closed = (await stub.state())?.closed;
      if (!closed) throw new Error('still open');
      return closed.at + week;
    });
    clock.to(end - 1);
    await maybeEvict(way, stub);
    const reader = await returning(scene, ben, conversation);
    expect(await decisions(scene, ben, conversation)).toHaveProperty('decisions');
    await maybeEvict(way, stub);
    await runDurableObjectAlarm(stub);
    expect(reader.closed).toBeUndefined();
    await reader.settled();
    clock.to(end);
    await maybeEvict(way, stub);
    await eventually(async () => {
      await runDurableObjectAlarm(stub);
      expect(reader.closed?.code).toBe(4403);
    });
    await expect(returning(scene, ben, conversation)).rejects.toThrow('403');
    expect(await decisions(scene, ben, conversation)).toMatchObject({ refused: 'not_found' });
    await returning(scene, anna, conversation);
  },
);

test('NTE-8 a colleague whom the rule lets see the chat keeps the tab after the seven days', async () => {
  const { scene, anna, ben, conversation, stub } = await chat();
  const clock = holdClock();
  const owner = await anna.attach(conversation);
  await noted(owner, 'For @Ben', [named(ben)]);
  owner.send({ t: 'conversation.close', id: uuid() });
  await eventually(async () => expect((await stub.state())?.phase).toBe('closed'));
  clock.by(week - 1_000);
  const reader = await returning(scene, ben, conversation);
  clock.by(2_000);
  await runDurableObjectAlarm(stub);
  await reader.settled();
  expect(reader.closed).toBeUndefined();
});
