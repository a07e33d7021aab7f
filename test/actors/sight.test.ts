/** Whose conversations an agent sees (F42), at the floor's socket and at the conversation's. */
import { maySee, type Viewer } from '#domain';
import { roles, sees, type Role } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { maybeEvict, newScene, openTab, taken, ways, type Frame } from './scene.ts';
import { group, rule } from './sight-scene.ts';

test('F42 a rule of the account never shows less than one’s own and what waits, nor less than a wider rule', () => {
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

const idsIn = (frame: Frame) => (frame['rows'] as { id: string }[]).map((row) => row.id);

test.each(ways)(
  'F42 own: colleagues’ conversations leave the floor and close, one’s own and the waiting stay (%s)',
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
    // The owner goes on; and a supervisor, to whom the rule does not apply.
    await anna.attach(conversation);
    const supervisor = { ...ben.principal, roles: ['supervisor'] as readonly Role[] };
    (await openTab(scene.conversation(conversation), supervisor)).close();
    // One that waits is for everybody; taken by another it is gone.
    const { conversation: second } = await (await scene.visitor()).say('Me too');
    await floor.frame('floor.changed', (frame) => idsIn(frame).includes(second));
    const preview = await ben.attach(second);
    await taken(anna, second);
    await floor.frame('floor.changed', (frame) => ((frame['gone'] ?? []) as string[]).includes(second));
    expect((await preview.until(() => preview.closed)).code).toBe(4403);
    // And all is seen again where the rule is lifted.
    await rule(scene, 'all');
    await floor.frame('floor', (frame) => idsIn(frame).includes(second));
    await eventually(async () => {
      await ben.attach(conversation);
    });
  },
);

test('F42 F188 groups: a colleague of one group is seen, and a change of groups reaches both at once', async () => {
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
