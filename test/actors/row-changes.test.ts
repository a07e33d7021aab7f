/** A change of a user's row reaches the actors that have a copy of the field. */
import { expect, test } from 'vitest';
import { changesBetween } from '../../worker/actors/agent/changes.ts';
import { getPerson, type Person } from '../../worker/db/users.ts';
import { eventually } from '../helpers/eventually.ts';
import { screen, waiting } from './floor-scene.ts';
import { env, id, maybeEvict, newScene, ways } from './scene.ts';

test.each(ways)(
  'F187 a supervisor assigns a chat: it has the agent’s photo if visitors may see it at that moment (%s)',
  async (way) => {
    const scene = newScene();
    const [anna, sofia] = [await screen(scene, 'Anna'), await scene.agent('Sofia')];
    const becomes = async (set: string) => {
      const { stub, party } = anna.agent;
      await stub.expectChange();
      await env.DB.prepare(`UPDATE users SET ${set}, version = version + 1 WHERE id = ?`)
        .bind(party.id)
        .run();
      await stub.reread();
      await maybeEvict(way, stub);
      await maybeEvict(way, scene.dispatcher);
    };
    const assigned = async () => {
      const { conversation } = await waiting(scene);
      const giver = { party: sofia.party, supervises: true };
      return eventually(async () => {
        await scene.dispatcher.give(giver, conversation, anna.agent.party.id);
        const state = await scene.conversation(conversation).state();
        if (!state?.owner) throw new Error('not assigned yet');
        return state.owner.photo;
      });
    };
    const photo = id('photo');
    await becomes(`photo = '${photo}', shows_photo = 0`);
    expect(await assigned()).toBeUndefined();
    await becomes('shows_photo = 1');
    await eventually(async () => expect(await assigned()).toContain(photo));
    await becomes('shows_photo = 0');
    await eventually(async () => expect(await assigned()).toBeUndefined());
  },
);

test('a change of a field that other actors use is one entry of the agent’s log; a change of any other field is none', async () => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const before = await getPerson(env.DB, scene.account, anna.party.id);
  if (!before) throw new Error('nobody');
  const kinds = (change: Partial<Person>) =>
    changesBetween(before, { ...before, ...change }).map(({ kind }) => kind);
  const told: Partial<Person>[] = [
    ...[{ name: 'B' }, { nickname: 'b' }, { photo: 'x' }, { showsPhoto: !before.showsPhoto }],
    ...[{ limits: { live: 1, nrt: null } }, { roles: [] }, { groups: ['grp_x'] }],
  ];
  expect(told.map(kinds)).toEqual([
    ...[['name.changed'], ['name.changed'], ['photo.changed'], ['photo.changed']],
    ...[['capacity.changed'], ['capacity.changed'], ['groups.changed']],
  ]);
  expect(kinds(Object.assign({}, ...told) as Partial<Person>).toSorted()).toEqual([
    ...['capacity.changed', 'groups.changed', 'name.changed', 'photo.changed'],
  ]);
  expect(
    kinds({ email: 'b@example.test', language: 'ru', manages: false, ipRules: ['::1'], version: 9 }),
  ).toEqual([]);
  expect(kinds({})).toEqual([]);
});
