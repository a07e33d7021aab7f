/**
 * Changes that affect the visibility of conversations (F42), as the console makes them, and closed conversations off
 * the floor.
 */
import type { FloorRow, Sees } from '#protocol';
import { runInDurableObject } from 'cloudflare:test';
import { agentStub } from '../../worker/actors/stubs.ts';
import { eventually } from '../helpers/eventually.ts';
import { env, id, taken, uuid, type Scene, type SceneAgent, type Tab } from './scene.ts';

/** Sets the account's rule. */
export async function rule(scene: Scene, to: Sees): Promise<void> {
  await scene.dispatcher.expectChange();
  await env.DB.prepare('UPDATE accounts SET sees = ? WHERE id = ?').bind(to, scene.account).run();
  await scene.dispatcher.reread();
}

/** Puts users into a new group. Returns its id. */
export async function group(scene: Scene, ...users: string[]): Promise<string> {
  const name = id('group');
  await env.DB.batch([
    env.DB.prepare('INSERT INTO groups (account_id, id, name, created_at) VALUES (?, ?, ?, 0)').bind(
      scene.account,
      name,
      'Sales',
    ),
    ...users.map((user) =>
      env.DB.prepare('INSERT INTO members (account_id, group_id, user_id) VALUES (?, ?, ?)').bind(
        scene.account,
        name,
        user,
      ),
    ),
  ]);
  for (const user of users) await reread(scene, user);
  return name;
}

/** Takes a user out of all groups. */
export async function ungroup(scene: Scene, user: string): Promise<void> {
  await env.DB.prepare('DELETE FROM members WHERE account_id = ? AND user_id = ?')
    .bind(scene.account, user)
    .run();
  await reread(scene, user);
}

async function reread(scene: Scene, user: string): Promise<void> {
  await agentStub(env, scene.account, user).expectChange();
  await agentStub(env, scene.account, user).reread();
}

/** A conversation that the agent has taken. */
export async function ownedBy(scene: Scene, agent: SceneAgent): Promise<string> {
  const { conversation } = await (await scene.visitor()).say('The canary sings.');
  await taken(agent, conversation);
  return conversation;
}

/** The owner closes the conversation, and later ones displace it from the floor. */
export async function closeAndForget(scene: Scene, owner: Tab, conversation: string): Promise<void> {
  owner.send({ t: 'conversation.close', id: uuid() });
  const row = await eventually(async () => {
    const known = await rowOf(scene, conversation);
    if (known?.phase !== 'closed') throw new Error('the floor has not heard of it');
    return known;
  });
  // The floor keeps the latest fifty.
  for (let later = 1; later <= 50; later++)
    await scene.dispatcher.conversationNoted({
      ...{ ...row, id: id('conversation'), changedAt: row.changedAt + later * 1_000 },
    });
  if (await rowOf(scene, conversation)) throw new Error('it is still on the floor');
}

function rowOf(scene: Scene, conversation: string): Promise<FloorRow | undefined> {
  return runInDurableObject(scene.dispatcher, (_, { storage }) => {
    const [found] = storage.sql
      .exec<{ row: string }>('SELECT row FROM floor WHERE id = ?', conversation)
      .toArray();
    return found && (JSON.parse(found.row) as FloorRow);
  });
}

/** The closed conversations that the dispatcher notifies of changes although they may be off the floor. */
export function followedOf(scene: Scene): Promise<string[]> {
  return runInDurableObject(scene.dispatcher, (_, { storage }) =>
    storage.sql
      .exec<{ conversation: string }>('SELECT conversation FROM followed')
      .toArray()
      .map(({ conversation }) => conversation),
  );
}
