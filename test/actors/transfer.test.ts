/**
 * Transfers: as an offer to a colleague, into another queue, by a supervisor. Owner, capacity and transcript change
 * together.
 */
import type { AgentParty } from '#protocol';
import { runDurableObjectAlarm } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { holds, ownerOf, rule, screen, waiting } from './floor-scene.ts';
import { logOf, maybeEvict, moveClock, newScene, ways } from './scene.ts';
test.each(ways)('F66 an agent transfers a chat: another gets an offer with the note (%s)', async (way) => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const [anna, ben] = [await screen(scene, 'Anna'), await screen(scene, 'Ben')];
  const { conversation } = await waiting(scene);
  await eventually(async () => expect(await anna.agent.take(conversation)).toMatchObject({ generation: 1 }));
  const giver = { party: anna.agent.party, supervises: false };
  expect(await scene.dispatcher.give(giver, conversation, ben.agent.party.id, 'knows tents')).toEqual({
    conversation,
    generation: 2,
  });
  const offer = await ben.offer();
  expect(offer).toMatchObject({ from: { id: anna.agent.party.id }, note: 'knows tents' });
  // Until it is accepted it is hers; it uses capacity of both (decision 12).
  expect(await holds(scene)).toMatchObject([
    { agent: anna.agent.party.id, state: 'active' },
    { agent: ben.agent.party.id, state: 'offered' },
  ]);
  expect(await ownerOf(scene, conversation)).toBe(anna.agent.party.id);
  await maybeEvict(way, scene.dispatcher);
  expect(await scene.dispatcher.accept(ben.agent.party, conversation, 2)).toEqual({
    conversation,
    generation: 2,
  });
  const log = await logOf(scene, conversation);
  expect(log.slice(-2)).toMatchObject([
    { kind: 'conversation.transferred', note: 'knows tents', to: { id: ben.agent.party.id } },
    { kind: 'agent.assigned', how: 'transferred', generation: 2, by: { id: anna.agent.party.id } },
  ]);
  await eventually(async () =>
    expect(await holds(scene)).toMatchObject([{ agent: ben.agent.party.id, state: 'active', generation: 2 }]),
  );
});

test('F66 a transfer that is declined, missed or taken back leaves the chat with its owner', async () => {
  const scene = newScene();
  const clock = moveClock();
  await rule(scene, { assignment: 'manual' });
  const [anna, ben] = [await screen(scene, 'Anna'), await screen(scene, 'Ben')];
  const { conversation } = await waiting(scene);
  await eventually(async () => expect(await anna.agent.take(conversation)).toMatchObject({ generation: 1 }));
  const giver = { party: anna.agent.party, supervises: false };
  const pass = () => scene.dispatcher.give(giver, conversation, ben.agent.party.id);
  await pass();
  const one = await ben.offer();
  await scene.dispatcher.decline(ben.agent.party.id, conversation, one.generation);
  expect(await anna.outcome(one)).toBe('declined');
  await pass();
  const two = await ben.offer();
  await scene.dispatcher.decline(anna.agent.party.id, conversation, two.generation);
  expect(await ben.outcome(two)).toBe('withdrawn');
  await pass();
  const three = await ben.offer();
  clock.by(30_001);
  await eventually(async () => {
    await runDurableObjectAlarm(scene.dispatcher);
    expect(await holds(scene)).toHaveLength(1);
  });
  expect(await anna.outcome(three)).toBe('expired');
  expect(await ownerOf(scene, conversation)).toBe(anna.agent.party.id);
  expect(await holds(scene)).toMatchObject([{ agent: anna.agent.party.id, state: 'active', generation: 1 }]);
});

test('F17 F67 before dinner an agent gets nothing new, except from a supervisor', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const [anna, ben] = [await screen(scene, 'Anna'), await screen(scene, 'Ben')];
  const [held, other] = [await waiting(scene), await waiting(scene)];
  await eventually(async () =>
    expect(await ben.agent.take(held.conversation)).toMatchObject({ generation: 1 }),
  );
  await eventually(async () =>
    expect(await anna.agent.take(other.conversation)).toMatchObject({ generation: 1 }),
  );
  await ben.agent.stub.setStatus('before_dinner');
  const ask = () =>
    scene.dispatcher.give(
      { party: anna.agent.party, supervises: false },
      other.conversation,
      ben.agent.party.id,
    );
  await eventually(async () =>
    expect(await ask()).toMatchObject({ refused: 'not_receiving', by: { id: ben.agent.party.id } }),
  );
  const third = await waiting(scene);
  await eventually(async () =>
    expect(await ben.agent.take(third.conversation)).toMatchObject({ refused: 'not_receiving' }),
  );
  const sofia = { kind: 'agent', id: 'usr_00000000000000000000000000', name: 'Sofia' } as const;
  const given = await scene.dispatcher.give(
    { party: sofia, supervises: true },
    other.conversation,
    ben.agent.party.id,
    'sorry',
  );
  expect(given).toEqual({ conversation: other.conversation, generation: 2 });
  expect(await ownerOf(scene, other.conversation)).toBe(ben.agent.party.id);
  // The previous owner can write no more.
  const refused = await scene
    .conversation(other.conversation)
    .send(anna.agent.party, { t: 'message.send', id: crypto.randomUUID(), text: 'mine?' });
  expect(refused).toMatchObject({ refused: 'not_owner', by: { id: ben.agent.party.id } });
});

test('F66 F67 a user who is only an administrator is given no chat, and may take one over', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const anna = await screen(scene, 'Anna');
  const alex = await scene.agent('Alex', ['administrator']);
  await alex.desk();
  const { conversation } = await waiting(scene);
  await eventually(async () => expect(await anna.agent.take(conversation)).toMatchObject({ generation: 1 }));
  const { id } = alex.party;
  const give = (party: AgentParty, supervises: boolean) =>
    scene.dispatcher.give({ party, supervises }, conversation, id);
  type Agents = { id: string; connected: boolean }[] | undefined;
  await anna.tab.until(() =>
    anna.tab.frames.some((frame) =>
      (frame['agents'] as Agents)?.some((one) => one.id === id && one.connected),
    ),
  );
  const refusal = { refused: 'not_receiving', by: { id, name: 'Alex' } };
  expect([await give(anna.agent.party, false), await give(anna.agent.party, true)]).toMatchObject([
    refusal,
    refusal,
  ]);
  expect(await ownerOf(scene, conversation)).toBe(anna.agent.party.id);
  expect(await give(alex.party, true)).toMatchObject({ conversation });
  expect(await ownerOf(scene, conversation)).toBe(id);
});

test.each(ways)('F16 the end of the last chat before dinner starts it, and not before (%s)', async (way) => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const anna = await screen(scene, 'Anna');
  const chats = [await waiting(scene), await waiting(scene)];
  for (const { conversation } of chats)
    await eventually(async () =>
      expect(await anna.agent.take(conversation)).toMatchObject({ generation: 1 }),
    );
  await anna.agent.stub.setStatus('before_dinner');
  const close = async (conversation: string) => {
    const tab = await anna.agent.attach(conversation);
    tab.send({ t: 'conversation.close', id: crypto.randomUUID() });
    await eventually(async () => {
      const held = await holds(scene);
      expect(held.some((hold) => hold.conversation === conversation)).toBe(false);
    });
  };
  await close(chats[0]?.conversation ?? '');
  await maybeEvict(way, scene.dispatcher);
  expect(await anna.agent.stub.me()).toMatchObject({ status: 'before_dinner' });
  await close(chats[1]?.conversation ?? '');
  await eventually(async () => expect(await anna.agent.stub.me()).toMatchObject({ status: 'dinner' }));
  // Without any chats, at once.
  await anna.agent.stub.setStatus('online');
  await anna.agent.stub.setStatus('before_dinner');
  await eventually(async () => expect(await anna.agent.stub.me()).toMatchObject({ status: 'dinner' }));
});

test.each(ways)('F66 a chat transferred to a group waits with its age and its note (%s)', async (way) => {
  const scene = newScene();
  await rule(scene, { assignment: 'offered' }, {});
  const anna = await screen(scene, 'Anna');
  const { conversation } = await waiting(scene);
  const offer = await anna.offer();
  await scene.dispatcher.accept(anna.agent.party, conversation, offer.generation);
  const before = await scene.conversation(conversation).state();
  const to = { kind: 'group', id: 'grp_00000000000000000000000000', name: 'Returns' } as const;
  const giver = { party: anna.agent.party, supervises: false };
  expect(await scene.dispatcher.send(giver, conversation, to, 'wants money back')).toMatchObject({
    conversation,
  });
  await maybeEvict(way, scene.dispatcher);
  const state = await scene.conversation(conversation).state();
  expect(state).toMatchObject({ phase: 'waiting', owner: null, target: to, startedAt: before?.startedAt });
  expect((await logOf(scene, conversation)).slice(-2)).toMatchObject([
    { kind: 'conversation.transferred', to, note: 'wants money back' },
    { kind: 'agent.unassigned', reason: 'transferred' },
  ]);
  await eventually(async () => expect(await holds(scene)).toEqual([]));
  // Anna is not in that group.
  expect(anna.offers).toEqual([]);
});
