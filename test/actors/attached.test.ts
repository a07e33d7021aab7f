/** The conversations that a session has open: guessed ids store nothing, and the end of a session closes them all. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Agent } from '../../worker/actors/agent/agent.ts';
import { maxAttached } from '../../worker/actors/agent/attached.ts';
import { Conversation } from '../../worker/actors/conversation/conversation.ts';
import { getPerson } from '../../worker/db/users.ts';
import { eventually } from '../helpers/eventually.ts';
import { env, id, newScene, openTab, type Scene, type SceneAgent } from './scene.ts';
import { rule, ownedBy } from './sight-scene.ts';

/** The conversations listed as open, the oldest first. */
const attachedOf = (agent: SceneAgent) =>
  runInDurableObject(agent.stub, (_, { storage }) =>
    storage.sql
      .exec<{ conversation: string }>('SELECT conversation FROM attached ORDER BY at, conversation')
      .toArray()
      .map(({ conversation }) => conversation),
  );

/** As if the session had opened this many conversations before. */
async function opened(agent: SceneAgent, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => id('conversation')).sort();
  await runInDurableObject(agent.stub, (_, { storage }) => {
    for (const [at, conversation] of ids.entries())
      storage.sql.exec('INSERT INTO attached VALUES (?, ?, ?)', agent.session, conversation, at);
  });
  return ids;
}

const codeOf = async (tab: { until<T>(look: () => T | undefined | false): Promise<T>; closed: unknown }) =>
  (await tab.until(() => tab.closed as { code: number } | undefined)).code;

test('S1 sockets on guessed ids, and on conversations that the agent may not see, store nothing', async () => {
  const scene = newScene();
  const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
  const conversation = await ownedBy(scene, anna);
  await rule(scene, 'own');
  const guessed = await Promise.all(Array.from({ length: 50 }, () => ben.open(id('conversation'))));
  expect(new Set(await Promise.all(guessed.map(codeOf)))).toEqual(new Set([4404]));
  await eventually(() => expect(ben.open(conversation)).rejects.toThrow('403'));
  expect(await attachedOf(ben)).toEqual([]);
  await anna.attach(conversation);
  expect(await attachedOf(anna)).toEqual([conversation]);
});

test('L6 an agent has at most the limit of conversations open: the one opened first is closed', async () => {
  const scene = newScene();
  const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
  const [first, last] = [await ownedBy(scene, anna), await ownedBy(scene, anna)];
  const tab = await ben.attach(first);
  await runInDurableObject(ben.stub, (_, { storage }) => {
    storage.sql.exec('UPDATE attached SET at = -1');
  });
  const others = await opened(ben, maxAttached - 1);
  await ben.attach(last);
  expect(await codeOf(tab)).toBe(4508);
  await eventually(async () => expect(await attachedOf(ben)).toEqual([...others, last]));
});

/** Replaces how conversations close a session's sockets. */
function revoking(revoke: (original: () => void, conversation: Conversation) => unknown) {
  const original = Conversation.prototype.revoke;
  const spy = vi.spyOn(Conversation.prototype, 'revoke').mockImplementation(function (
    this: Conversation,
    ...given
  ) {
    return revoke(() => original.apply(this, given), this) as undefined;
  });
  onTestFinished(() => spy.mockRestore());
}

test('I14 the end of a session asks few conversations at a time, and one that hangs delays no other', async () => {
  const scene = newScene();
  const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
  const tab = await ben.attach(await ownedBy(scene, anna));
  await runInDurableObject(ben.stub, (_, { storage }) => {
    storage.sql.exec('UPDATE attached SET at = -1');
  });
  await opened(ben, maxAttached - 1);
  let [under, most] = [0, 0];
  let hang = true;
  let release = () => {};
  const hanging = new Promise<void>((resolve) => (release = resolve));
  revoking(async (original) => {
    most = Math.max(most, ++under);
    if (hang) {
      hang = false;
      await hanging;
    }
    original();
    under--;
  });
  const ended = ben.stub.signOut(ben.session);
  // The real one is last, behind the one that hangs.
  expect(await codeOf(tab)).toBe(4401);
  release();
  await ended;
  expect(await attachedOf(ben)).toEqual([]);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(16);
});

test('I14 sockets of a session that has ended are closed, although the agent crashed before', async () => {
  const scene = newScene();
  const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
  const tab = await ben.attach(await ownedBy(scene, anna));
  await runInDurableObject(ben.stub, (_, { storage }) => {
    storage.sql.exec('DELETE FROM sessions WHERE id = ?', ben.session);
  });
  await eventually(async () => {
    await ben.stub.expectChange();
    await runDurableObjectAlarm(ben.stub);
    expect(tab.closed?.code).toBe(4401);
  });
  expect(await attachedOf(ben)).toEqual([]);
});

test('I14 a session that is ended to make room for a newer one has its sockets closed', async () => {
  const scene = newScene();
  const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
  const tabs = [await ben.desk(), await ben.floor(), await ben.attach(await ownedBy(scene, anna))];
  await runInDurableObject(ben.stub, (_, { storage }) => {
    storage.sql.exec('UPDATE sessions SET used_at = used_at - 1000');
  });
  const person = await getPerson(env.DB, scene.account, ben.party.id);
  if (!person) throw new Error('nobody');
  for (let i = 0; i < 20; i++) await ben.stub.goOn(person, { device: 'a test', address: null }, true);
  expect(await Promise.all(tabs.map(codeOf))).toEqual([4401, 4401, 4401]);
});

/** Ends the session while a conversation waits for the agent's answer. */
async function endingMeanwhile(scene: Scene, ben: SceneAgent, conversation: string): Promise<unknown> {
  const { attached } = Agent.prototype;
  const spy = vi.spyOn(Agent.prototype, 'attached').mockImplementationOnce(async function (
    this: Agent,
    ...given: Parameters<typeof attached>
  ) {
    const answer = attached.apply(this, given);
    await this.signOut(ben.session);
    return answer;
  } as unknown as typeof attached);
  onTestFinished(() => spy.mockRestore());
  return openTab(scene.conversation(conversation), ben.principal);
}

test('I14 a session that ends while its upgrade is being decided gets no socket', async () => {
  const scene = newScene();
  const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
  await expect(endingMeanwhile(scene, ben, await ownedBy(scene, anna))).rejects.toThrow('401');
});
