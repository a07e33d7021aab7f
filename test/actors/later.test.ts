/** Questions that are answered later: left while the campaign is away, or by a visitor who stops waiting. */
import { isRefusal, type FloorAgent } from '#protocol';
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { holds, rule, screen, waiting, type Screen } from './floor-scene.ts';
import {
  env,
  logOf,
  maybeEvict,
  newScene,
  taken,
  uuid,
  ways,
  type Scene,
  type SceneAgent,
  type SceneVisitor,
} from './scene.ts';

test.each(ways)(
  'F40 a message that is left for later begins a conversation of that type, once, %s',
  async (way) => {
    const scene = newScene();
    const visitor = await scene.visitor();
    const command = uuid();
    const left = await visitor.try('Do you ship abroad?', command, undefined, true);
    if (isRefusal(left)) throw new Error(left.refused);
    const { conversation } = left;
    await maybeEvict(way, visitor.stub);
    await maybeEvict(way, scene.conversation(conversation));
    expect(await visitor.try('Do you ship abroad?', command, undefined, true)).toEqual(left);
    expect(await scene.conversation(conversation).state()).toMatchObject({ type: 'nrt', phase: 'waiting' });
    // An open conversation keeps its type.
    expect(await visitor.try('And today?')).toMatchObject({ conversation });
    expect((await logOf(scene, conversation)).map(({ kind }) => kind)).toEqual([
      'conversation.started',
      'message.sent',
      'message.sent',
    ]);
  },
);

test.each(ways)(
  'F40 CMD-22 a waiting visitor may choose a later answer, and then uses capacity of that type, %s',
  async (way) => {
    const scene = newScene();
    await rule(scene, { assignment: 'manual' });
    const anna = await screen(scene, 'Anna');
    const { visitor, conversation } = await waiting(scene);
    const tab = await visitor.attach(conversation);
    const id = uuid();
    tab.send({ t: 'conversation.defer', id });
    await tab.frame('range', ({ entries }) => JSON.stringify(entries).includes(id));
    await maybeEvict(way, scene.conversation(conversation));
    await maybeEvict(way, scene.dispatcher);
    const again = await visitor.attach(conversation);
    again.send({ t: 'conversation.defer', id });
    await again.frame('ack', (frame) => frame['id'] === id);
    await taken(anna.agent, conversation);
    await eventually(async () =>
      expect(await holds(scene)).toMatchObject([{ conversation, type: 'nrt', state: 'active' }]),
    );
  },
);

test.each(ways)(
  'F40 CMD-34 a visitor who chose a later answer may return to the queue, and then uses capacity of live chats, %s',
  async (way) => {
    const scene = newScene();
    await rule(scene, { assignment: 'manual' });
    const anna = await screen(scene, 'Anna');
    const { visitor, conversation } = await waiting(scene);
    await deferred(visitor, conversation);
    await maybeEvict(way, scene.conversation(conversation));
    await maybeEvict(way, scene.dispatcher);
    await resumed(visitor, conversation);
    expect(await scene.conversation(conversation).state()).toMatchObject({ type: 'live', phase: 'waiting' });
    await eventually(async () => expect(await scene.dispatcher.positionOf(conversation)).not.toBeNull());
    await taken(anna.agent, conversation);
    await eventually(async () =>
      expect(await holds(scene)).toMatchObject([{ conversation, type: 'live', state: 'active' }]),
    );
  },
);

test('F40 CMD-22 a visitor who has an owner in the meantime is refused', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const anna = await screen(scene, 'Anna');
  const { visitor, conversation } = await waiting(scene);
  await taken(anna.agent, conversation);
  const tab = await visitor.attach(conversation);
  tab.send({ t: 'conversation.defer', id: uuid() });
  expect(await tab.frame('refused')).toMatchObject({ code: 'already_taken' });
  expect(await scene.conversation(conversation).state()).toMatchObject({ type: 'live', phase: 'active' });
});

/** Capacity reserved for an agent before the dispatcher was evicted: the conversation was never asked to assign it. */
const reserved = (scene: Scene, conversation: string, { party }: SceneAgent, type = 'live') =>
  runInDurableObject(scene.dispatcher, (_, { storage }) => {
    storage.sql.exec(
      `INSERT INTO places (conversation, generation, agent, name, type, state, at, terms) VALUES (?, 7, ?, ?, ?, 'reserved', ?, ?)`,
      ...[conversation, party.id, party.name, type, Date.now()],
      JSON.stringify({ how: 'taken', expiresAt: null }),
    );
  }).then(() => evictDurableObject(scene.dispatcher));

const deferred = (visitor: SceneVisitor, conversation: string) =>
  changed(visitor, conversation, 'conversation.defer');
const resumed = (visitor: SceneVisitor, conversation: string) =>
  changed(visitor, conversation, 'conversation.resume');

async function changed(visitor: SceneVisitor, conversation: string, t: string): Promise<void> {
  const tab = await visitor.attach(conversation);
  const command = uuid();
  tab.send({ t, id: command });
  await tab.frame('range', ({ entries }) => JSON.stringify(entries).includes(command));
}

async function nrtLimit(agent: SceneAgent, limit: number): Promise<void> {
  await env.DB.prepare('UPDATE users SET nrt_limit = ?, version = version + 1 WHERE id = ?')
    .bind(limit, agent.party.id)
    .run();
  await agent.stub.reread();
}

const loadOf = async ({ tab, agent }: Screen) => {
  const frames = tab.frames.flatMap((frame) => (frame['agents'] as FloorAgent[] | undefined) ?? []);
  const known = frames.findLast(({ id }) => id === agent.party.id);
  return known && { load: known.load, nrt: known.limits.nrt };
};

test('I10 F171 capacity reserved for a live chat does not fit a later-type chat when its agent is at the limit', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const anna = await screen(scene, 'Anna');
  await nrtLimit(anna.agent, 1);
  const one = await waiting(scene);
  await deferred(one.visitor, one.conversation);
  await taken(anna.agent, one.conversation);
  const two = await waiting(scene);
  await eventually(async () => expect(await scene.dispatcher.positionOf(two.conversation)).not.toBeNull());
  await eventually(async () => expect(await loadOf(anna)).toEqual({ load: { live: 0, nrt: 1 }, nrt: 1 }));
  await reserved(scene, two.conversation, anna.agent);
  await deferred(two.visitor, two.conversation);
  expect(await anna.agent.take(two.conversation)).toMatchObject({ refused: 'no_place' });
  expect(await scene.conversation(two.conversation).state()).toMatchObject({ phase: 'waiting', owner: null });
  expect(
    (await holds(scene)).map(({ conversation, type, state }) => ({ conversation, type, state })),
  ).toEqual([{ conversation: one.conversation, type: 'nrt', state: 'active' }]);
});

test('I10 F171 if the agent has capacity of the other type, the reserved capacity changes type with the chat', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const anna = await screen(scene, 'Anna');
  await nrtLimit(anna.agent, 1);
  const { visitor, conversation } = await waiting(scene);
  await eventually(async () => expect(await scene.dispatcher.positionOf(conversation)).not.toBeNull());
  await reserved(scene, conversation, anna.agent);
  await deferred(visitor, conversation);
  expect(await anna.agent.take(conversation)).toEqual({ conversation, generation: 7 });
  expect(await holds(scene)).toMatchObject([{ conversation, generation: 7, type: 'nrt', state: 'active' }]);
  await eventually(async () => expect(await loadOf(anna)).toEqual({ load: { live: 0, nrt: 1 }, nrt: 1 }));
});

test('I10 F170 CMD-34 capacity reserved for a later-type chat changes type when the visitor returns to the queue', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const anna = await screen(scene, 'Anna');
  await nrtLimit(anna.agent, 1);
  const { visitor, conversation } = await waiting(scene);
  await deferred(visitor, conversation);
  await eventually(async () => expect(await scene.dispatcher.positionOf(conversation)).not.toBeNull());
  await reserved(scene, conversation, anna.agent, 'nrt');
  await resumed(visitor, conversation);
  expect(await anna.agent.take(conversation)).toEqual({ conversation, generation: 7 });
  expect(await holds(scene)).toMatchObject([{ conversation, generation: 7, type: 'live', state: 'active' }]);
  await eventually(async () => expect(await loadOf(anna)).toEqual({ load: { live: 1, nrt: 0 }, nrt: 1 }));
});
