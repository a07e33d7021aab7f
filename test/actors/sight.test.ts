/** The visibility of conversations (F42), on the floor's socket and on the conversation's. */
import { maySee, type Viewer } from '#domain/floor/sight';
import { roles, sees, type FloorRow, type Role } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { screen, waiting } from './floor-scene.ts';
import { maybeEvict, newScene, openTab, taken, ways, type Frame, type Tab } from './scene.ts';
import { group, rule } from './sight-scene.ts';

test('F42 a rule never hides an agent’s own or waiting chats, nor anything that a narrower rule shows', () => {
  const groups = fc.subarray(['a', 'b', 'c']);
  const viewer = fc.record({ id: fc.constantFrom('x', 'y'), roles: fc.subarray([...roles]), groups });
  const owner = fc.option(fc.record({ id: fc.constantFrom('x', 'y', 'z'), groups }));
  fc.assert(
    fc.property(viewer, owner, (who: Viewer, whose) => {
      const [own, group, all] = sees.map((rule) => maySee(who, rule, whose));
      expect(all).toBe(true);
      expect(!own || group).toBe(true);
      if (!whose || whose.id === who.id) expect(own).toBe(true);
      else if (who.roles.some((role) => role !== 'agent')) expect(own).toBe(true);
      else {
        expect(own).toBe(false);
        expect(group).toBe(whose.groups.some((each) => who.groups.includes(each)));
      }
    }),
  );
});

const goneIn = ({ frames }: Tab, since = 0) =>
  frames.slice(since).flatMap((frame) => (frame['gone'] ?? []) as string[]);
const hasRow = (conversation: string, owner?: string) => (frame: Frame) =>
  ((frame['rows'] ?? []) as FloorRow[]).some(
    (row) => row.id === conversation && (owner === undefined || row.owner?.id === owner),
  );
const idsIn = (frame: Frame) => (frame['rows'] as { id: string }[]).map((row) => row.id);

test.each(ways)(
  'F42 own: colleagues’ conversations leave the floor and close, one’s own and the waiting ones stay (%s)',
  async (way) => {
    const scene = newScene();
    const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
    const { conversation } = await (await scene.visitor()).say('Hello');
    await taken(anna, conversation);
    const [floor, peek] = [await ben.floor(), await ben.attach(conversation)];
    expect(idsIn(await floor.frame('floor'))).toContain(conversation);
    await rule(scene, 'own');
    await maybeEvict(way, scene.dispatcher);
    await maybeEvict(way, scene.conversation(conversation));
    expect((await peek.until(() => peek.closed)).code).toBe(4403);
    const again = await floor.frame('floor', (frame) => idsIn(frame).length === 0);
    expect(idsIn(again)).toEqual([]);
    await expect(ben.open(conversation)).rejects.toThrow('403');
    // The owner keeps access, and so does a supervisor, to whom the rule does not apply.
    await anna.attach(conversation);
    const supervisor = { ...ben.principal, roles: ['supervisor'] as readonly Role[] };
    (await openTab(scene.conversation(conversation), supervisor)).close();
    // A waiting conversation is visible to every agent; once another agent has taken it, it is gone.
    const { conversation: second } = await (await scene.visitor()).say('Me too');
    await floor.frame('floor.changed', (frame) => idsIn(frame).includes(second));
    const preview = await ben.attach(second);
    await taken(anna, second);
    await floor.frame('floor.changed', (frame) => ((frame['gone'] ?? []) as string[]).includes(second));
    expect((await preview.until(() => preview.closed)).code).toBe(4403);
    // When the rule is lifted, everything is visible again.
    await rule(scene, 'all');
    await floor.frame('floor', (frame) => idsIn(frame).includes(second));
    await eventually(async () => {
      await ben.attach(conversation);
    });
  },
);

test.each(ways)(
  'F42 F60 own: an agent who is offered a colleague’s chat sees and previews it until the offer ends (%s)',
  async (way) => {
    const scene = newScene();
    const [anna, ben] = [await screen(scene, 'Anna'), await screen(scene, 'Ben')];
    const cleo = await (await scene.agent('Cleo')).floor();
    await rule(scene, 'own');
    const { visitor, conversation } = await waiting(scene, 'Is the tent in stock?');
    await taken(anna.agent, conversation);
    await ben.tab.until(() => goneIn(ben.tab).includes(conversation));
    await cleo.until(() => goneIn(cleo).includes(conversation));
    await eventually(() => expect(ben.agent.open(conversation)).rejects.toThrow('403'));
    const evict = async () => {
      await maybeEvict(way, scene.dispatcher);
      await maybeEvict(way, scene.conversation(conversation));
    };
    /** Whether the history and its routes let Ben read it. */
    const reads = () =>
      scene.dispatcher.readable({ id: ben.agent.party.id, roles: ['agent'] }, [
        { id: conversation, owner: anna.agent.party.id },
      ]);
    const offered = async () => {
      await evict();
      expect(await reads()).toEqual([false]);
      const before = ben.tab.frames.length;
      const giver = { party: anna.agent.party, supervises: false };
      await scene.dispatcher.give(giver, conversation, ben.agent.party.id);
      await ben.tab.until(() => ben.offers.length > 0);
      // Its row arrives before the offer.
      const frames = ben.tab.frames.slice(before);
      const [offer] = ben.offers;
      const [row, at] = [frames.findIndex(hasRow(conversation)), frames.findIndex(({ t }) => t === 'offers')];
      expect([row >= 0, row < at]).toEqual([true, true]);
      expect((frames[row]?.['rows'] as FloorRow[])[0]).toMatchObject({
        visitor: { id: visitor.id },
        last: { text: 'Is the tent in stock?' },
      });
      if (!offer) throw new Error('no offer');
      const preview = await eventually(() => ben.agent.attach(conversation));
      await evict();
      expect(await reads()).toEqual([true]);
      return { offer, preview, since: ben.tab.frames.length };
    };
    const declined = await offered();
    await scene.dispatcher.decline(ben.agent.party.id, conversation, declined.offer.generation);
    await ben.tab.until(() => goneIn(ben.tab, declined.since).includes(conversation));
    expect((await declined.preview.until(() => declined.preview.closed)).code).toBe(4403);
    await eventually(() => expect(ben.agent.open(conversation)).rejects.toThrow('403'));
    const accepted = await offered();
    expect(
      await scene.dispatcher.accept(ben.agent.party, conversation, accepted.offer.generation),
    ).toMatchObject({ conversation });
    // It stays visible to its new owner, whose preview goes on, and is hidden from the previous one.
    await anna.tab.until(() => goneIn(anna.tab).includes(conversation));
    await ben.tab.until(() =>
      ben.tab.frames.slice(accepted.since).some((frame) => hasRow(conversation, ben.agent.party.id)(frame)),
    );
    expect(goneIn(ben.tab, accepted.since)).toEqual([]);
    await accepted.preview.settled();
    expect(accepted.preview.closed).toBeUndefined();
    await eventually(() => expect(anna.agent.open(conversation)).rejects.toThrow('403'));
    // A colleague who was never asked saw it while it waited, and never again.
    const since = cleo.frames.findIndex((frame) =>
      ((frame['gone'] ?? []) as string[]).includes(conversation),
    );
    expect(cleo.frames.slice(since).filter(hasRow(conversation))).toEqual([]);
  },
);

test('F42 F188 groups: members of one group see each other’s conversations, and a change of groups takes effect for both at once', async () => {
  const scene = newScene();
  const [anna, ben, cleo] = [await scene.agent('Anna'), await scene.agent('Ben'), await scene.agent('Cleo')];
  const { conversation } = await (await scene.visitor()).say('Hello');
  await taken(anna, conversation);
  await rule(scene, 'groups');
  const floor = await ben.floor();
  expect(idsIn(await floor.frame('floor'))).toEqual([]);
  await eventually(() => expect(ben.open(conversation)).rejects.toThrow('403'));
  await group(scene, anna.party.id, ben.party.id);
  await floor.frame('floor', (frame) => idsIn(frame).includes(conversation));
  await eventually(async () => {
    await ben.attach(conversation);
  });
  await expect(cleo.open(conversation)).rejects.toThrow('403');
});
