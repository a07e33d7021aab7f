/**
 * Both agents of a change of owner are notified, with its author and reason; an unanswered chat is not passed on for
 * ever.
 */
import type { FloorRow, HandedFrame } from '#protocol';
import { runDurableObjectAlarm } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { decisions, holds, ownerOf, rule, screen, waiting, type Screen } from './floor-scene.ts';
import { env, maybeEvict, moveClock, newScene, uuid, ways } from './scene.ts';

const handed = ({ tab }: Screen, where: (frame: HandedFrame) => boolean = () => true) =>
  tab.until(() =>
    tab.frames
      .filter(({ t }) => t === 'handed')
      .map((frame) => frame as unknown as HandedFrame)
      .find(where),
  );
const rowOn = ({ tab }: Screen, conversation: string) =>
  tab.frames
    .flatMap((frame) => (frame['rows'] ?? []) as FloorRow[])
    .findLast(({ id }) => id === conversation);

test.each(ways)(
  'a supervisor takes a chat over: the previous owner is notified of the new one, even if they no longer see it (%s)',
  async (way) => {
    const scene = newScene();
    await rule(scene, { assignment: 'manual' });
    await env.DB.prepare("UPDATE accounts SET sees = 'own' WHERE id = ?").bind(scene.account).run();
    await scene.dispatcher.reread();
    const [anna, ben, cleo] = [
      await screen(scene, 'Anna'),
      await screen(scene, 'Ben'),
      await screen(scene, 'Cleo'),
    ];
    const { visitor, conversation } = await waiting(scene);
    await eventually(async () =>
      expect(await anna.agent.take(conversation)).toMatchObject({ generation: 1 }),
    );
    await handed(anna, ({ handed: { how } }) => how === 'taken');
    await maybeEvict(way, scene.dispatcher);
    await maybeEvict(way, scene.conversation(conversation));
    const giver = { party: ben.agent.party, supervises: true };
    await scene.dispatcher.give(giver, conversation, ben.agent.party.id, 'I know her');
    const said = {
      ...{ t: 'handed', conversation, generation: 2, visitor: { id: visitor.id } },
      ...{ from: anna.agent.party, to: ben.agent.party, target: null },
      handed: { seq: expect.any(Number) as number, how: 'assigned', by: ben.agent.party, note: 'I know her' },
    };
    expect(await handed(anna, ({ generation }) => generation === 2)).toEqual(said);
    expect(await handed(ben)).toEqual(said);
    // No other agent is notified.
    const { conversation: next } = await waiting(scene);
    await cleo.tab.until(() => rowOn(cleo, next));
    expect(cleo.tab.frames.filter(({ t }) => t === 'handed')).toEqual([]);
  },
);

test('a chat that went back to the queue names the reason', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const anna = await screen(scene, 'Anna');
  const { conversation } = await waiting(scene);
  await eventually(async () => expect(await anna.agent.take(conversation)).toMatchObject({ generation: 1 }));
  await scene.conversation(conversation).unassign(1, 'vanished');
  expect(await handed(anna, ({ to }) => to === null)).toMatchObject({
    from: anna.agent.party,
    handed: { how: 'vanished', by: { kind: 'system' } },
  });
});

test.each(ways)(
  'F147 after three silent agents the chat waits in the queue, marked, until an agent takes it (%s)',
  async (way) => {
    const scene = newScene({ forwardAfter: 10 });
    const clock = moveClock();
    await rule(scene, { assignment: 'assigned' });
    const [anna, ben] = [await screen(scene, 'Anna'), await screen(scene, 'Ben')];
    const { conversation } = await waiting(scene);
    const stub = () => scene.conversation(conversation);
    let tries = 0;
    await eventually(async () => {
      // Both were given the chat: an agent who lost it gets it again only after a while.
      clock.by(5_000);
      if (tries++ % 3 === 2) {
        await maybeEvict(way, scene.dispatcher);
        await maybeEvict(way, stub());
      }
      await runDurableObjectAlarm(scene.dispatcher).catch(() => false);
      await runDurableObjectAlarm(stub()).catch(() => false);
      expect(rowOn(anna, conversation)?.passes).toBe(3);
    });
    // Minutes of silence and evictions later it is unchanged.
    for (let minute = 0; minute < 5; minute++) {
      clock.by(60_000);
      await maybeEvict(way, scene.dispatcher);
      await runDurableObjectAlarm(scene.dispatcher).catch(() => false);
      await runDurableObjectAlarm(stub()).catch(() => false);
    }
    expect(await ownerOf(scene, conversation)).toBeNull();
    expect(await holds(scene)).toEqual([]);
    expect((await decisions(scene, conversation)).at(-1)).toMatchObject({ kind: 'stalled', passes: 3 });
    expect(rowOn(anna, conversation)).toMatchObject({ phase: 'waiting', passes: 3 });
    // Another visitor is routed as usual, and the marked chat can be taken by hand.
    const other = await waiting(scene);
    await eventually(async () => expect(await ownerOf(scene, other.conversation)).not.toBeNull());
    expect(await ben.agent.take(conversation)).toMatchObject({ conversation });
    await stub().send(ben.agent.party, { t: 'message.send', id: uuid(), text: 'sorry' });
    expect(await ownerOf(scene, conversation)).toBe(ben.agent.party.id);
  },
);

test.each(ways)(
  'an offer is withdrawn when its agent takes a break, and the chat is offered to another agent (%s)',
  async (way) => {
    const scene = newScene();
    await rule(scene, {});
    const anna = await screen(scene, 'Anna');
    const { conversation } = await waiting(scene);
    const offer = await anna.offer();
    const ben = await screen(scene, 'Ben');
    await maybeEvict(way, scene.dispatcher);
    await anna.agent.stub.setStatus('short_break');
    expect(await anna.outcome(offer)).toBe('withdrawn');
    expect(await ben.offer()).toMatchObject({ conversation });
    // A withdrawn offer is not a missed one: back online, the agent can get an offer at once.
    expect((await decisions(scene, conversation)).map(({ kind }) => kind)).toEqual([
      'offered',
      'outcome',
      'offered',
    ]);
  },
);

test('a colleague may still transfer to an agent who is on a break', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const [anna, ben] = [await screen(scene, 'Anna'), await screen(scene, 'Ben')];
  const { conversation } = await waiting(scene);
  await eventually(async () => expect(await anna.agent.take(conversation)).toMatchObject({ generation: 1 }));
  await ben.agent.stub.setStatus('invisible');
  await eventually(async () => {
    const agents = ben.tab.frames.flatMap(
      (frame) => (frame['agents'] ?? []) as { id: string; status: string }[],
    );
    expect(agents.findLast(({ id }) => id === ben.agent.party.id)?.status).toBe('invisible');
    await Promise.resolve();
  });
  const giver = { party: anna.agent.party, supervises: false };
  await scene.dispatcher.give(giver, conversation, ben.agent.party.id);
  const offer = await ben.offer();
  await ben.agent.stub.setStatus('dinner');
  expect(await anna.outcome(offer)).toBe('withdrawn');
});
