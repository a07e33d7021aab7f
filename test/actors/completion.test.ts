/** Rows that an earlier version stored on the floor get the fields that exist today when the dispatcher wakes. */
import type { FloorAgent, FloorRow } from '#protocol';
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Conversation } from '../../worker/actors/conversation/conversation.ts';
import { eventually } from '../helpers/eventually.ts';
import { env, newScene, taken, uuid, type Scene, type Tab } from './scene.ts';

/** Removes from stored rows the fields that earlier versions did not have: the last message, and agents' own names. */
const age = (scene: Scene) =>
  runInDurableObject(scene.dispatcher, (_, { storage }) => {
    storage.sql.exec("UPDATE floor SET row = json_remove(row, '$.last', '$.handed')");
    storage.sql.exec("UPDATE agents SET row = json_remove(row, '$.fullName')");
  });
const rowIn = ({ frames }: Tab, id: string) =>
  frames.flatMap((frame) => (frame['rows'] ?? []) as FloorRow[]).findLast((row) => row.id === id);
const agentIn = ({ frames }: Tab, id: string) =>
  frames.flatMap((frame) => (frame['agents'] ?? []) as FloorAgent[]).findLast((agent) => agent.id === id);

test('after an upgrade the floor shows the last message of idle conversations and the names of idle agents', async () => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  await anna.stub.expectChange();
  await env.DB.prepare("UPDATE users SET nickname = 'Annie', version = version + 1 WHERE id = ?")
    .bind(anna.party.id)
    .run();
  await anna.stub.reread();
  const chats: string[] = [];
  // The first waits, the second has an owner, the third is closed.
  for (const last of ['waiting', 'active', 'closed']) {
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say('The question');
    const tab = await visitor.attach(conversation);
    tab.send({ t: 'message.send', id: uuid(), text: 'One more thing' });
    if (last === 'active') await taken(anna, conversation);
    if (last === 'closed') tab.send({ t: 'conversation.close', id: uuid() });
    await tab.settled();
    chats.push(conversation);
  }
  const before = await anna.floor();
  const complete = (tab: Tab) =>
    chats.map((id) => rowIn(tab, id)?.last?.text).every((text) => text === 'One more thing') &&
    agentIn(tab, anna.party.id)?.nickname === 'Annie';
  await before.until(
    () => complete(before) && chats.map((id) => rowIn(before, id)?.phase).join() === 'waiting,active,closed',
  );
  // `seq` is the head at the time of the row. A message alone sends no row, so it may be lower before the upgrade.
  const shownBy = (tab: Tab) => [
    ...chats.map((id) => ({ ...rowIn(tab, id), seq: null })),
    agentIn(tab, anna.party.id),
  ];
  const shown = shownBy(before);
  await age(scene);
  // One conversation cannot be reached the first time.
  const failing = vi.spyOn(Conversation.prototype, 'row').mockImplementationOnce(() => {
    throw new Error('Network connection lost.');
  });
  onTestFinished(() => failing.mockRestore());
  await evictDurableObject(scene.dispatcher);
  const after = await eventually(async () => {
    const tab = await anna.floor();
    await tab.frame('floor');
    return tab;
  });
  await after.until(() => complete(after));
  expect(shownBy(after)).toEqual(shown);
});
