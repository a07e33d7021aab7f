/** Frames to a visitor's tab over the life of a chat contain no user's id, no reason, and no author of a decision. */
import type { Entry } from '#protocol';
import { expect, test } from 'vitest';
import { maybeEvict, newScene, uuid, ways, type SceneAgent, type Tab } from './scene.ts';

const reasons = ['vanished', 'no_reply', 'transferred', 'released_by'];

test.each(ways)(
  'RED-1 a visitor’s frames name no user and give no reason, in entries, state and signals (%s)',
  async (way) => {
    const scene = newScene();
    const people = [await scene.agent('Anna'), await scene.agent('Ben'), await scene.agent('Sofia')];
    const [anna, ben, sofia] = people as [SceneAgent, SceneAgent, SceneAgent];
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say('hello');
    const stub = scene.conversation(conversation);
    const tab = await visitor.attach(conversation);
    const settled = async () => {
      await tab.settled();
      await maybeEvict(way, stub);
    };
    await stub.assign({ agent: anna.party, generation: 1 });
    const hers = await anna.attach(conversation);
    hers.send({ t: 'typing', on: true });
    hers.send({ t: 'message.send', id: uuid(), text: 'answer' });
    await hers.settled();
    await settled();
    await stub.unassign(1, 'vanished');
    await stub.assign({
      agent: ben.party,
      generation: 2,
      how: 'assigned',
      by: sofia.party,
      note: 'a VIP',
      from: 1,
    });
    await settled();
    const to = { kind: 'group', id: 'grp_a', name: 'Billing' } as const;
    await stub.transfer({ by: ben.party, to, note: 'not mine', generation: 2 });
    await settled();
    const later = await visitor.attach(conversation);
    await stub.assign({ agent: anna.party, generation: 3, how: 'routed' });
    tab.send({ t: 'conversation.defer', id: uuid() });
    expect(await tab.frame('refused')).toEqual({
      ...{ t: 'refused', id: expect.any(String) as string, code: 'already_taken' },
      message: expect.any(String) as string,
    });
    const again = await anna.attach(conversation);
    again.send({ t: 'visitor.block', id: uuid() });
    await again.settled();
    await settled();
    const last = await visitor.attach(conversation);
    const page = await stub.range('visitor', undefined, 100);
    const told = [...[tab, later, last].flatMap(({ texts }) => texts), page as string].join('\n');
    for (const { principal } of people) expect(told).not.toContain(principal.id);
    for (const hidden of [...reasons, 'Sofia', 'Billing', 'VIP', 'not mine', '"assigned"', '"routed"'])
      expect(told).not.toContain(hidden);
    // Visitors see who answered, and that it is the same agent as before.
    const joined = entriesOf(tab).flatMap((entry) => (entry.kind === 'agent.assigned' ? [entry.agent] : []));
    expect(joined.map(({ name }) => name)).toEqual(['Anna', 'Ben', 'Anna']);
    expect(joined[0]?.id).toBe(joined[2]?.id);
    expect(joined[0]?.id).not.toBe(joined[1]?.id);
    const typing = await tab.frame('typing');
    expect(typing['by']).toEqual({ kind: 'agent', id: joined[0]?.id, name: 'Anna' });
    expect(entriesOf(tab).at(-1)).toMatchObject({ reason: 'blocked', by: { kind: 'system' } });
    // An agent's frames are complete.
    const full = JSON.stringify((await anna.attach(conversation)).frames);
    for (const { principal } of people) expect(full).toContain(principal.id);
  },
);

const entriesOf = (tab: Tab) =>
  tab.frames.flatMap((frame) => (frame.t === 'range' ? (frame['entries'] as Entry[]) : []));
