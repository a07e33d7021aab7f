/**
 * Closed conversations stay hidden after they have left the floor (F42): on every access, and in tabs that are already
 * open.
 */
import type { Refusal, Role } from '#protocol';
import { runInDurableObject } from 'cloudflare:test';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Dispatcher } from '../../worker/actors/dispatcher/dispatcher.ts';
import { eventually } from '../helpers/eventually.ts';
import { id, maybeEvict, newScene, openTab, ways, type Scene, type SceneAgent } from './scene.ts';
import { closeAndForget, followedOf, group, ownedBy, rule, ungroup } from './sight-scene.ts';

const decisionsFor = ({ principal }: SceneAgent, scene: Scene, conversation: string) =>
  scene.dispatcher.decisionsOf(conversation, { id: principal.id, roles: [...principal.roles] });
const supervising = ({ principal }: SceneAgent) => ({
  ...principal,
  roles: ['supervisor'] as readonly Role[],
});
const missing = expect.objectContaining({ refused: 'not_found' }) as Refusal;

test.each(ways)(
  'F42 a stricter rule hides closed conversations that have left the floor, on every access (%s)',
  async (way) => {
    const scene = newScene();
    const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
    const conversation = await ownedBy(scene, anna);
    await closeAndForget(scene, await anna.attach(conversation), conversation);
    // Under the rule `all` colleagues can read it.
    (await ben.attach(conversation)).close();
    expect(await decisionsFor(ben, scene, conversation)).toHaveProperty('decisions');
    await rule(scene, 'own');
    await maybeEvict(way, scene.dispatcher);
    await maybeEvict(way, scene.conversation(conversation));
    await expect(ben.open(conversation)).rejects.toThrow('403');
    expect(await decisionsFor(ben, scene, conversation)).toEqual(missing);
    // The owner and supervisors keep access.
    await anna.attach(conversation);
    expect(await decisionsFor(anna, scene, conversation)).toHaveProperty('decisions');
    await openTab(scene.conversation(conversation), supervising(ben));
    await rule(scene, 'all');
    await ben.attach(conversation);
  },
);

test.each(ways)(
  'F42 F188 an agent who leaves a group loses its closed conversations, and their open tabs (%s)',
  async (way) => {
    const scene = newScene();
    const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
    await rule(scene, 'groups');
    await group(scene, anna.party.id, ben.party.id);
    const conversation = await ownedBy(scene, anna);
    await closeAndForget(scene, await anna.attach(conversation), conversation);
    const tab = await eventually(() => ben.attach(conversation));
    await maybeEvict(way, scene.dispatcher);
    await maybeEvict(way, scene.conversation(conversation));
    await ungroup(scene, ben.party.id);
    expect((await tab.until(() => tab.closed)).code).toBe(4403);
    await expect(ben.open(conversation)).rejects.toThrow('403');
    // No listed conversation remains that a change would concern.
    await eventually(async () => expect(await followedOf(scene)).toEqual([]));
    // The owner leaves the group: the same for the remaining members.
    await group(scene, anna.party.id, ben.party.id);
    const again = await eventually(() => ben.attach(conversation));
    await ungroup(scene, anna.party.id);
    expect((await again.until(() => again.closed)).code).toBe(4403);
  },
);

test.each(ways)(
  'F42 a tab that was open before the conversation closed is found when the rule changes (%s)',
  async (way) => {
    const scene = newScene();
    const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
    const conversation = await ownedBy(scene, anna);
    const tab = await ben.attach(conversation);
    await closeAndForget(scene, await anna.attach(conversation), conversation);
    expect(await followedOf(scene)).toEqual([conversation]);
    await maybeEvict(way, scene.dispatcher);
    await maybeEvict(way, scene.conversation(conversation));
    await rule(scene, 'own');
    expect((await tab.until(() => tab.closed)).code).toBe(4403);
  },
);

/** Conversations whose list of viewers has not been sent yet. */
function untold(scene: Scene): Promise<string[]> {
  return runInDurableObject(scene.dispatcher, (_, { storage }) => {
    const [found] = storage.sql
      .exec<{ value: string }>("SELECT value FROM registers WHERE name = 'untold'")
      .toArray();
    return JSON.parse(found?.value ?? '[]') as string[];
  });
}

test('F42 a rule that changes while an upgrade is being decided applies to it', async () => {
  const scene = newScene();
  const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
  const conversation = await ownedBy(scene, anna);
  await closeAndForget(scene, await anna.attach(conversation), conversation);
  const { admits } = Dispatcher.prototype;
  let overtaken = 0;
  const spy = vi.spyOn(Dispatcher.prototype, 'admits').mockImplementation(async function (
    this: Dispatcher,
    ...given: Parameters<typeof admits>
  ) {
    const answer = admits.apply(this, given);
    if (overtaken++ > 0) return answer;
    // The rule changes while the answer is on its way, and the conversation receives the new rule first.
    await rule(scene, 'own');
    await eventually(async () => expect(await untold(scene)).toEqual([]));
    return answer;
  } as unknown as typeof admits);
  onTestFinished(() => spy.mockRestore());
  await expect(ben.open(conversation)).rejects.toThrow('403');
  expect(overtaken).toBe(2);
});

test('F42 a closed conversation admits no agent while the dispatcher cannot be asked; an open one does not ask', async () => {
  const scene = newScene();
  const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
  const [closed, open] = [await ownedBy(scene, anna), await ownedBy(scene, anna)];
  await closeAndForget(scene, await anna.attach(closed), closed);
  vi.spyOn(console, 'error').mockImplementationOnce(() => undefined);
  const spy = vi.spyOn(Dispatcher.prototype, 'admits').mockImplementation(() => {
    throw new Error('Network connection lost.');
  });
  onTestFinished(() => spy.mockRestore());
  await expect(ben.open(closed)).rejects.toThrow('503');
  expect(spy).toHaveBeenCalledOnce();
  await ben.attach(open);
  // The owner and agents who see all are admitted without asking, too.
  await anna.attach(closed);
  await openTab(scene.conversation(closed), supervising(ben));
  expect(spy).toHaveBeenCalledOnce();
});

test('F42 the conversation of an owner whom the floor does not know is hidden, unless the rule shows everything', async () => {
  const scene = newScene();
  const ben = await scene.agent('Ben');
  const viewer = { id: ben.party.id, roles: ['agent'] as const };
  await group(scene, ben.party.id);
  const answers: Record<string, boolean> = {};
  for (const sees of ['own', 'groups', 'all'] as const) {
    await rule(scene, sees);
    answers[sees] = await scene.dispatcher.admits(viewer, { id: id('conversation'), owner: id('user') });
  }
  expect(answers).toEqual({ own: false, groups: false, all: true });
  expect(await decisionsFor(ben, scene, id('conversation'))).toEqual(missing);
});

test('F42 closed conversations are listed only as long as a tab may be open on them', async () => {
  const scene = newScene();
  const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
  const conversation = await ownedBy(scene, anna);
  await closeAndForget(scene, await anna.attach(conversation), conversation);
  await ben.attach(conversation);
  // As if more had been opened than are ever open at once. Their tabs are closed.
  const viewer = { id: ben.party.id, roles: ['agent'] as const };
  for (let i = 0; i < 199; i++)
    await scene.dispatcher.admits(viewer, { id: id('conversation'), owner: anna.party.id });
  await eventually(async () => expect(await followedOf(scene)).toEqual([conversation]));
});
