/** Routing and offers on the actors: who is asked, the outcome, and that no capacity leaks. */
import { runDurableObjectAlarm } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { decisions, holds, ownerOf, rule, screen, waiting } from './floor-scene.ts';
import { logOf, maybeEvict, moveClock, newScene, ways, type Tab } from './scene.ts';

test.each(ways)('F56 F57 a conversation is offered to only one agent, who accepts it (%s)', async (way) => {
  const scene = newScene();
  await rule(scene, {});
  const [anna, ben] = [await screen(scene, 'Anna'), await screen(scene, 'Ben')];
  const { conversation } = await waiting(scene);
  const [asked, other] = await Promise.race([
    anna.offer().then(() => [anna, ben] as const),
    ben.offer().then(() => [ben, anna] as const),
  ]);
  const offer = await asked.offer();
  expect(offer).toMatchObject({ conversation, generation: 1, agent: { id: asked.agent.party.id } });
  expect(offer.expiresAt - offer.at).toBe(30_000);
  expect(other.offers).toEqual([]);
  // Reserved during the offer: no other agent has it, and it uses capacity.
  expect(await holds(scene)).toMatchObject([{ agent: asked.agent.party.id, state: 'offered' }]);
  expect(await other.agent.take(conversation)).toMatchObject({
    refused: 'offered',
    by: { id: asked.agent.party.id },
  });
  await maybeEvict(way, scene.dispatcher);
  expect(await scene.dispatcher.accept(asked.agent.party, conversation, 1)).toEqual({
    conversation,
    generation: 1,
  });
  expect(await ownerOf(scene, conversation)).toBe(asked.agent.party.id);
  expect(await asked.outcome(offer)).toBe('accepted');
  await eventually(async () =>
    expect(await holds(scene)).toEqual([
      { conversation, agent: asked.agent.party.id, generation: 1, state: 'active', type: 'live' },
    ]),
  );
  // A repeated accept returns the same answer; a decline now changes nothing.
  expect(await scene.dispatcher.accept(asked.agent.party, conversation, 1)).toEqual({
    conversation,
    generation: 1,
  });
  expect(await scene.dispatcher.decline(asked.agent.party.id, conversation, 1)).toMatchObject({
    refused: 'offer_over',
  });
  const entries = await logOf(scene, conversation);
  expect(entries.filter(({ kind }) => kind === 'agent.assigned')).toMatchObject([{ how: 'offered' }]);
  expect(await decisions(scene, conversation)).toMatchObject([
    {
      kind: 'offered',
      agent: asked.agent.party.id,
      level: '~all',
      passedOver: { method: { agents: [other.agent.party.id] } },
    },
    { kind: 'outcome', outcome: 'accepted' },
  ]);
});

test.each(ways)('F59 I11 a declining agent is not asked while another has capacity (%s)', async (way) => {
  const scene = newScene();
  await rule(scene, {});
  const [anna, ben] = [await screen(scene, 'Anna'), await screen(scene, 'Ben')];
  const { conversation } = await waiting(scene);
  const first = await Promise.race([anna.offer(), ben.offer()]);
  const [one, two] = first.agent.id === anna.agent.party.id ? [anna, ben] : [ben, anna];
  expect(await scene.dispatcher.decline(one.agent.party.id, conversation, first.generation)).toBeUndefined();
  expect(await one.outcome(first)).toBe('declined');
  await maybeEvict(way, scene.dispatcher);
  const second = await two.offer();
  expect(second.generation).toBeGreaterThan(first.generation);
  // A late answer changes nothing.
  expect(await scene.dispatcher.accept(one.agent.party, conversation, first.generation)).toMatchObject({
    refused: 'offer_over',
  });
  expect(await scene.dispatcher.decline(two.agent.party.id, conversation, second.generation)).toBeUndefined();
  // Both had their chance: the first is asked again after a while, and not before.
  expect(one.offers).toEqual([]);
  expect(await decisions(scene, conversation)).toMatchObject([
    { kind: 'offered' },
    { kind: 'outcome', outcome: 'declined' },
    { kind: 'offered' },
    { kind: 'outcome', outcome: 'declined' },
    { kind: 'nobody', passedOver: { had_chance: { agents: [expect.any(String), expect.any(String)] } } },
  ]);
  expect(await holds(scene)).toEqual([]);
});

test.each(ways)(
  'I11 an unanswered offer ends at its deadline, once, and another agent gets the chat (%s)',
  async (way) => {
    const scene = newScene();
    const clock = moveClock();
    await rule(scene, { offerSeconds: 10, missedLimit: 1 });
    const anna = await screen(scene, 'Anna');
    expect(anna.tab.frames.find(({ t }) => t === 'floor')).toMatchObject({ rules: { missedLimit: 1 } });
    const { conversation } = await waiting(scene);
    const offer = await anna.offer();
    const ben = await screen(scene, 'Ben');
    await maybeEvict(way, scene.dispatcher);
    clock.by(10_001);
    // Accepted a moment too late, whether or not the alarm has fired.
    expect(await scene.dispatcher.accept(anna.agent.party, conversation, offer.generation)).toMatchObject({
      refused: 'offer_over',
    });
    expect((await ben.offer()).conversation).toBe(conversation);
    await runDurableObjectAlarm(scene.dispatcher);
    const outcomes = (await decisions(scene, conversation)).filter(({ kind }) => kind === 'outcome');
    expect(outcomes).toMatchObject([{ agent: anna.agent.party.id, outcome: 'expired' }]);
    // One missed offer, and the account's limit is one.
    await eventually(async () => {
      await runDurableObjectAlarm(scene.dispatcher);
      expect(await anna.agent.stub.me()).toMatchObject({ status: 'invisible' });
    });
  },
);

test.each(ways)(
  'F12 F170 I10 assigned without asking, never over a limit, oldest first (%s)',
  async (way) => {
    const scene = newScene();
    await rule(scene, { assignment: 'assigned' });
    const first = await waiting(scene, 'first');
    const second = await waiting(scene, 'second');
    const third = await waiting(scene, 'third');
    await eventually(async () => expect(await scene.dispatcher.conversations(null, 10)).toHaveLength(3));
    const anna = await screen(scene, 'Anna', 2);
    await eventually(async () => expect(await ownerOf(scene, second.conversation)).toBe(anna.agent.party.id));
    expect(await ownerOf(scene, first.conversation)).toBe(anna.agent.party.id);
    expect(await ownerOf(scene, third.conversation)).toBeNull();
    expect(await anna.agent.take(third.conversation)).toMatchObject({ refused: 'no_place' });
    await maybeEvict(way, scene.dispatcher);
    // Capacity is freed, and the third gets it at once.
    const tab = await anna.agent.attach(first.conversation);
    tab.send({ t: 'conversation.close', id: crypto.randomUUID() });
    await eventually(async () => expect(await ownerOf(scene, third.conversation)).toBe(anna.agent.party.id));
    const log = await logOf(scene, third.conversation);
    expect(log.find(({ kind }) => kind === 'agent.assigned')).toMatchObject({
      how: 'routed',
      by: { kind: 'system' },
    });
    await eventually(async () => expect(await holds(scene)).toHaveLength(2));
  },
);

test.each(ways)(
  'F147 F148 R13 an owner who does not reply in time loses the chat, once; one who replies keeps it (%s)',
  async (way) => {
    const scene = newScene({ forwardAfter: 10 });
    const clock = moveClock();
    await rule(scene, { assignment: 'assigned' });
    const anna = await screen(scene, 'Anna');
    const { conversation } = await waiting(scene);
    await eventually(async () => expect(await ownerOf(scene, conversation)).toBe(anna.agent.party.id));
    const ben = await screen(scene, 'Ben');
    const stub = scene.conversation(conversation);
    await maybeEvict(way, stub);
    clock.by(9_000);
    await runDurableObjectAlarm(stub);
    expect(await ownerOf(scene, conversation)).toBe(anna.agent.party.id);
    clock.by(1_100);
    await eventually(async () => {
      await runDurableObjectAlarm(stub);
      expect(await ownerOf(scene, conversation)).toBe(ben.agent.party.id);
    });
    // Ben replies at the last moment: the chat stays his, also if the alarm is late.
    await ben.agent.attach(conversation);
    expect(
      await stub.send(ben.agent.party, { t: 'message.send', id: crypto.randomUUID(), text: 'here' }),
    ).toMatchObject({ conversation });
    clock.by(60_000);
    await runDurableObjectAlarm(stub);
    expect(await ownerOf(scene, conversation)).toBe(ben.agent.party.id);
    const log = await logOf(scene, conversation);
    expect(log.filter(({ kind }) => kind === 'agent.unassigned')).toMatchObject([{ reason: 'no_reply' }]);
    // A late reply of the first agent is refused with the new owner's name.
    expect(
      await stub.send(anna.agent.party, { t: 'message.send', id: crypto.randomUUID(), text: 'late' }),
    ).toMatchObject({ refused: 'not_owner', by: { id: ben.agent.party.id } });
  },
);

test.each(ways)('F19 an agent who goes offline returns their chats, as old as they are (%s)', async (way) => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const anna = await screen(scene, 'Anna');
  const { conversation } = await waiting(scene);
  await eventually(async () => expect(await anna.agent.take(conversation)).toMatchObject({ generation: 1 }));
  await maybeEvict(way, scene.dispatcher);
  await anna.agent.stub.setStatus('offline');
  await eventually(async () => expect(await ownerOf(scene, conversation)).toBeNull());
  expect((await logOf(scene, conversation)).at(-1)).toMatchObject({
    kind: 'agent.unassigned',
    reason: 'offline',
  });
  expect(await anna.agent.take(conversation)).toMatchObject({ refused: 'not_online' });
});

test('I10 a withdrawn reservation is not accepted any more, however late the request arrives', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const anna = await screen(scene, 'Anna');
  const { conversation } = await waiting(scene);
  const stub = scene.conversation(conversation);
  await stub.withdraw(1);
  expect(await stub.assign({ agent: anna.agent.party, generation: 1 })).toMatchObject({
    refused: 'stale_generation',
  });
  expect(await stub.assign({ agent: anna.agent.party, generation: 2 })).toMatchObject({ fresh: true });
  // An agent who already owns it keeps it.
  expect(await stub.withdraw(2)).toMatchObject({ owner: { id: anna.agent.party.id } });
  expect(await stub.assign({ agent: anna.agent.party, generation: 2 })).toMatchObject({ fresh: false });
});

test('F41 a waiting visitor sees their position, and moves up as others are assigned', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const anna = await screen(scene, 'Anna');
  const visitors: { conversation: string; tab: Tab }[] = [];
  for (const text of ['first', 'second', 'third']) {
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say(text);
    visitors.push({ conversation, tab: await visitor.attach(conversation) });
  }
  const [first, second, third] = visitors;
  const movedTo = (tab: Tab | undefined, position: number) =>
    tab?.frame('waiting', (frame) => frame['place'] === position);
  expect(await movedTo(third?.tab, 3)).toMatchObject({ wait: null });
  await movedTo(second?.tab, 2);
  await eventually(async () =>
    expect(await anna.agent.take(first?.conversation ?? '')).toMatchObject({ generation: 1 }),
  );
  await movedTo(third?.tab, 2);
  await movedTo(second?.tab, 1);
  // A tab that connects later receives it too, even from a dispatcher and a conversation that were evicted.
  await maybeEvict('evicted', scene.dispatcher);
  await maybeEvict('evicted', scene.conversation(third?.conversation ?? ''));
  expect(await scene.dispatcher.positionOf(third?.conversation ?? '')).toMatchObject({ place: 2 });
  expect(await scene.dispatcher.positionOf(first?.conversation ?? '')).toBeNull();
});
