/** Taking a conversation: the dispatcher's ledger, the conversation's decision, and their agreement. */
import { isRefusal } from '#protocol';
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { logOf, maybeEvict, moveClock, newScene, taken, ways, type Scene } from './scene.ts';

const holds = (scene: Scene) =>
  runInDurableObject(scene.dispatcher, (_, { storage }) => [
    ...storage.sql.exec<{ conversation: string; agent: string; generation: number; state: string }>(
      'SELECT conversation, agent, generation, state FROM places',
    ),
  ]);

async function waiting(scene: Scene) {
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  return { visitor, conversation };
}

const assignments = async (scene: Scene, conversation: string) =>
  (await logOf(scene, conversation)).filter((entry) => entry.kind === 'agent.assigned');

test.each(ways)('TAK-2 I9 of two takers at once one wins, the other is told who won (%s)', async (way) => {
  const scene = newScene();
  const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
  const { conversation } = await waiting(scene);
  await maybeEvict(way, scene.dispatcher);
  const answers = await eventually(async () => {
    const both = await Promise.all([anna.take(conversation), ben.take(conversation)]);
    if (both.some((answer) => isRefusal(answer) && answer.refused === 'not_found'))
      throw new Error('not yet');
    return both;
  });
  const winner = answers.findIndex((answer) => !isRefusal(answer));
  const [won, lost] = winner === 0 ? [anna, ben] : [ben, anna];
  expect(answers[winner]).toEqual({ conversation, generation: 1 });
  expect(answers[1 - winner]).toMatchObject({
    refused: 'already_taken',
    by: { id: won.party.id, name: won.party.name },
  });
  await maybeEvict(way, scene.conversation(conversation));
  expect(await won.take(conversation)).toEqual({ conversation, generation: 1 });
  expect(await lost.take(conversation)).toMatchObject({ refused: 'already_taken' });
  expect(await assignments(scene, conversation)).toHaveLength(1);
  expect(await holds(scene)).toEqual([{ conversation, agent: won.party.id, generation: 1, state: 'active' }]);
});

test('R12 I9 fifty agents take one conversation: one of them gets it', async () => {
  const scene = newScene();
  const agents = await Promise.all(Array.from({ length: 50 }, (_, number) => scene.agent(`Agent ${number}`)));
  const { conversation } = await waiting(scene);
  await eventually(async () => expect(await scene.conversation(conversation).summary()).not.toBeNull());
  const answers = await eventually(async () => {
    const all = await Promise.all(agents.map((agent) => agent.take(conversation)));
    if (all.some((answer) => isRefusal(answer) && answer.refused === 'not_found')) throw new Error('not yet');
    return all;
  });
  const winners = answers.filter((answer) => !isRefusal(answer));
  expect(winners).toEqual([{ conversation, generation: 1 }]);
  const told = new Set(answers.flatMap((answer) => (isRefusal(answer) ? [answer.by?.id] : [])));
  expect([...told]).toEqual([(await scene.conversation(conversation).state())?.owner?.id]);
  expect(await assignments(scene, conversation)).toHaveLength(1);
  expect(await holds(scene)).toHaveLength(1);
});

test.each(ways)('I9 an old generation changes nothing (%s)', async (way) => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const ben = await scene.agent('Ben');
  const { conversation } = await waiting(scene);
  const generation = await taken(anna, conversation);
  const stub = scene.conversation(conversation);
  const tab = await anna.attach(conversation);
  tab.send({ t: 'conversation.return', id: crypto.randomUUID() });
  await tab.frame('range', (frame) => JSON.stringify(frame).includes('agent.unassigned'));
  await maybeEvict(way, stub);
  expect(await stub.assign({ agent: ben.party, generation: generation })).toMatchObject({
    refused: 'stale_generation',
  });
  const second = await taken(ben, conversation);
  expect(second).toBe(generation + 1);
  // The report that the first owner has gone arrives late.
  expect(await stub.unassign(generation, 'vanished')).toMatchObject({ fresh: false });
  expect((await stub.state())?.owner?.id).toBe(ben.party.id);
});

test('CMD-23 a conversation that was returned keeps its position in the queue', async () => {
  const scene = newScene();
  const anna = await scene.agent();
  const { conversation } = await waiting(scene);
  const before = await scene.conversation(conversation).state();
  await taken(anna, conversation);
  const tab = await anna.attach(conversation);
  tab.send({ t: 'conversation.return', id: crypto.randomUUID() });
  await tab.frame('range', (frame) => JSON.stringify(frame).includes('agent.unassigned'));
  const after = await scene.conversation(conversation).state();
  expect(after).toMatchObject({ phase: 'waiting', owner: null, startedAt: before?.startedAt });
  await eventually(async () => expect(await holds(scene)).toEqual([]));
});

test.each([
  ['the conversation had agreed', true],
  ['the conversation was never asked', false],
])('I10 a reservation whose dispatcher died is reconciled: %s', async (_, agreed) => {
  const scene = newScene();
  const anna = await scene.agent();
  const clock = moveClock();
  const { conversation } = await waiting(scene);
  await eventually(async () =>
    expect(await anna.take(conversation)).not.toMatchObject({ refused: 'not_found' }),
  );
  // As it is in storage when the dispatcher crashes between the two steps.
  const other = await waiting(scene);
  if (agreed) await scene.conversation(other.conversation).assign({ agent: anna.party, generation: 1 });
  await runInDurableObject(scene.dispatcher, (_, { storage }) => {
    storage.sql.exec(
      "INSERT OR REPLACE INTO places VALUES (?, 1, ?, ?, 'live', 'reserved', ?, NULL)",
      other.conversation,
      anna.party.id,
      anna.party.name,
      Date.now(),
    );
  });
  await maybeEvict('evicted', scene.dispatcher);
  clock.by(11_000);
  await scene.dispatcher.ownedBy(anna.party.id);
  await runDurableObjectAlarm(scene.dispatcher);
  const expected = agreed ? [expect.objectContaining({ agent: anna.party.id, state: 'active' })] : [];
  await eventually(async () => {
    const kept = await holds(scene);
    expect(kept.filter((hold) => hold.conversation === other.conversation)).toEqual(expected);
  });
});

test('TAK-5 an agent who takes again after a lost answer has the chat, and is not refused as too late', async () => {
  const scene = newScene();
  const anna = await scene.agent();
  const { conversation } = await waiting(scene);
  await taken(anna, conversation);
  const other = await waiting(scene);
  await scene.conversation(other.conversation).assign({ agent: anna.party, generation: 1 });
  await runInDurableObject(scene.dispatcher, (_, { storage }) => {
    storage.sql.exec(
      "INSERT OR REPLACE INTO places VALUES (?, 1, ?, ?, 'live', 'reserved', ?, NULL)",
      other.conversation,
      anna.party.id,
      anna.party.name,
      Date.now(),
    );
  });
  expect(await taken(anna, other.conversation)).toBe(1);
  expect(await assignments(scene, other.conversation)).toHaveLength(1);
  expect(await holds(scene)).toHaveLength(2);
});

test('TAK-3 an agent who is offline, or too late, is refused', async () => {
  const scene = newScene();
  const anna = await scene.agent();
  const { visitor, conversation } = await waiting(scene);
  await eventually(async () => {
    await anna.stub.setStatus('offline');
    expect(await anna.take(conversation)).toMatchObject({ refused: 'not_online' });
  });
  const tab = await visitor.attach(conversation);
  tab.send({ t: 'conversation.close', id: crypto.randomUUID() });
  await eventually(async () =>
    expect(await anna.take(conversation)).toMatchObject({ refused: 'conversation_closed' }),
  );
});
