/**
 * A version with another shape may have written a socket's attachment: such a socket is shown nothing, and harms no
 * actor.
 */
import { closeCodes, subprotocol } from '#protocol';
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { lobbyStub } from '../../worker/actors/stubs.ts';
import { env, newScene, Tab } from './scene.ts';

/** Overwrites the attachments of all sockets of an actor, and takes its memory. */
async function makeUnreadable(actor: object): Promise<void> {
  const stub = actor as DurableObjectStub;
  await runInDurableObject(stub, (_, state) => {
    for (const socket of state.getWebSockets()) socket.serializeAttachment({ version: 'another' });
  });
  await evictDurableObject(stub);
}

test('F42 a tab of the floor without a readable attachment is shown no conversation', async () => {
  const scene = newScene();
  const anna = await scene.agent();
  const strange = await anna.floor();
  await strange.frame('floor');
  await makeUnreadable(scene.dispatcher);
  const known = await (await scene.agent('Ben')).floor();
  await known.frame('floor');
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  await known.frame('floor.changed', ({ rows }) => JSON.stringify(rows).includes(conversation));
  await strange.frame('floor.changed', ({ gone }) => JSON.stringify(gone ?? []).includes(conversation));
  const rows = strange.frames.filter(({ t }) => t === 'floor.changed').map((frame) => frame['rows']);
  expect(rows.flat()).toEqual([]);
});

test('an agent’s tab without a readable attachment is closed, and the agent goes on', async () => {
  const scene = newScene();
  const anna = await scene.agent();
  const strange = await anna.desk();
  await strange.frame('agent.welcome');
  await makeUnreadable(anna.stub);
  expect(await anna.stub.me()).toMatchObject({ id: anna.party.id, status: 'online' });
  expect(await strange.until(() => strange.closed)).toMatchObject({ code: closeCodes.leaseLost });
  const tab = await anna.desk();
  await tab.frame('agent.welcome');
});

test('a widget’s socket without a readable attachment is closed by the lobby’s next sweep', async () => {
  const { account, campaign } = newScene();
  const lobby = lobbyStub(env, account, campaign.id);
  const answer = await lobby.fetch('https://parley.test/', {
    headers: {
      Upgrade: 'websocket',
      'Sec-WebSocket-Protocol': subprotocol,
      'x-parley-lobby': `${account}:${campaign.id}`,
    },
  });
  const strange = new Tab(answer.webSocket as WebSocket);
  await makeUnreadable(lobby);
  expect(await runDurableObjectAlarm(lobby)).toBe(true);
  expect(await strange.until(() => strange.closed)).toMatchObject({ code: closeCodes.leaseLost });
});

test('a tab of a conversation without a readable attachment is closed at its first frame', async () => {
  const scene = newScene();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  const strange = await visitor.attach(conversation);
  await makeUnreadable(scene.conversation(conversation));
  strange.send({ t: 'typing', on: true });
  expect(await strange.until(() => strange.closed)).toMatchObject({ code: closeCodes.signedOut });
});
