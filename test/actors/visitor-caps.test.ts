/**
 * Limits of the conversations that a visitor begins, and of those that wait in a campaign (L6). A visitor with an open
 * conversation can continue it.
 */
import { caps, hour } from '#domain/base/caps';
import { isRefusal, type Started } from '#protocol';
import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { DispatcherActor } from '../../worker/actors/contracts/dispatcher.ts';
import { lobbyStub } from '../../worker/actors/stubs.ts';
import { eventually } from '../helpers/eventually.ts';
import { rule } from './floor-scene.ts';
import {
  env,
  holdClock,
  id,
  maybeEvict,
  newScene,
  uuid,
  ways,
  type Scene,
  type SceneVisitor,
} from './scene.ts';

const most = caps.conversationsPerVisitor;

async function end(visitor: SceneVisitor, { conversation }: Started): Promise<void> {
  const tab = await visitor.attach(conversation);
  tab.send({ t: 'conversation.close', id: uuid() });
  await tab.frame('range', (range) => JSON.stringify(range).includes('conversation.closed'));
  tab.close();
}

test.each(ways)(
  'L6 a visitor begins at most five conversations an hour, and then has to wait (%s)',
  async (way) => {
    const scene = newScene();
    const clock = holdClock();
    const visitor = await scene.visitor();
    const began = clock.now;
    const sent = [];
    for (let count = 0; count < most; count++) {
      const command = uuid();
      const started = await visitor.say(`question ${count}`, command);
      sent.push({ command, started });
      await end(visitor, started);
      clock.by(60_000);
    }
    await maybeEvict(way, visitor.stub);
    const command = uuid();
    const refused = await visitor.try('one more', command);
    expect(refused).toMatchObject({ refused: 'too_many_chats', retryAfter: began + hour - clock.now });
    // An accepted message gets the same answer at every retry.
    for (const [count, { command: before, started }] of sent.entries())
      expect(await visitor.try(`question ${count}`, before)).toEqual(started);
    const session = await visitor.stub.session();
    expect(isRefusal(session) ? session : session.conversations).toHaveLength(most);

    // An hour since the first has passed. The refusals were not counted.
    clock.to(began + hour);
    await maybeEvict(way, visitor.stub);
    const next = await visitor.say('one more', command);
    expect(sent.map(({ started }) => started.conversation)).not.toContain(next.conversation);
    await end(visitor, next);
    expect(await visitor.try('too soon')).toMatchObject({ refused: 'too_many_chats', retryAfter: 60_000 });
  },
);

test('L6 in an open conversation a visitor can write on, however many they have begun', async () => {
  const visitor = await newScene().visitor();
  let started = await visitor.say('first');
  for (let count = 1; count < most; count++) {
    await end(visitor, started);
    started = await visitor.say('again');
  }
  expect(await visitor.say('and more')).toEqual({ conversation: started.conversation, seq: 3 });
  const tab = await visitor.attach(started.conversation);
  tab.send({ t: 'message.send', id: uuid(), text: 'by socket' });
  await tab.frame('range', (range) => range['upTo'] === 4);
});

test('L6 while the queue is full a new conversation is refused, and an open one goes on', async () => {
  const scene = newScene();
  const [here, late] = [await scene.visitor(), await scene.visitor()];
  const { conversation } = await here.say('first');
  const full = { queueFull: true };
  expect(await here.say('more', uuid(), full)).toEqual({ conversation, seq: 3 });
  const command = uuid();
  expect(await late.try('hello', command, undefined, false, undefined, full)).toMatchObject({
    refused: 'queue_full',
    retryAfter: expect.any(Number) as number,
  });
  expect(await late.stub.session()).toMatchObject({ conversations: [] });
  // The same message is accepted once there is room.
  expect(await late.say('hello', command)).toMatchObject({ seq: 2 });
  expect(await late.try('hello', command, undefined, false, undefined, full)).toMatchObject({ seq: 2 });
});

/** Waiting conversations, as they register. */
async function crowd(scene: Scene, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => id('conversation'));
  await runInDurableObject(scene.dispatcher, (dispatcher: DispatcherActor) => {
    for (const [index, each] of ids.entries()) dispatcher.conversationNoted(rowOf(scene, each, index));
  });
  return ids;
}

function rowOf({ campaign }: Scene, conversation: string, at: number) {
  return {
    ...({ id: conversation, seq: 2, phase: 'waiting', type: 'live', owner: null, generation: 0 } as const),
    ...{ campaign: { id: campaign.id, name: 'Help' }, target: null, released: null, last: null },
    ...{ visitor: { id: id('visitor'), here: true }, opening: 'Hello', startedAt: at, changedAt: at },
  };
}

const situation = ({ account, campaign }: Scene) =>
  lobbyStub(env, account, campaign.id).situation(account, campaign.id);

test.each(ways)(
  'L6 the lobby is updated when the queue is full, and when there is room again (%s)',
  async (way) => {
    const scene = newScene();
    await rule(scene, { assignment: 'manual' });
    const ids = await crowd(scene, caps.waitingPerCampaign - 1);
    await eventually(async () => expect(await situation(scene)).toEqual({ state: 'away', full: false }));
    await maybeEvict(way, scene.dispatcher);
    const [last = ''] = await crowd(scene, 1);
    await eventually(async () => expect(await situation(scene)).toEqual({ state: 'away', full: true }));
    await maybeEvict(way, lobbyStub(env, scene.account, scene.campaign.id));
    expect(await situation(scene)).toEqual({ state: 'away', full: true });
    await maybeEvict(way, scene.dispatcher);
    // Another campaign of the account has room.
    const other = { ...scene, campaign: { ...scene.campaign, id: id('campaign') } };
    expect(await situation(other)).toMatchObject({ full: false });
    await runInDurableObject(scene.dispatcher, (dispatcher: DispatcherActor) => {
      dispatcher.conversationNoted({ ...rowOf(scene, last, 0), seq: 3, phase: 'closed' });
      dispatcher.conversationNoted({ ...rowOf(scene, ids[0] ?? '', 0), seq: 3, phase: 'closed' });
    });
    await eventually(async () => expect(await situation(scene)).toEqual({ state: 'away', full: false }));
  },
);
