/**
 * The cost of an event for the dispatcher while hundreds wait (L6). It is counted in examined rows, because time
 * depends on the machine.
 */
import { runInDurableObject } from 'cloudflare:test';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { DispatcherActor } from '../../worker/actors/contracts/dispatcher.ts';
import { Records } from '../../worker/actors/dispatcher/records.ts';
import { eventually } from '../helpers/eventually.ts';
import { rule } from './floor-scene.ts';
import { id, newScene, type Scene } from './scene.ts';

const waiting = 600;

const rowOf = ({ campaign }: Scene, at: number) => ({
  ...({
    id: id('conversation'),
    seq: 2,
    phase: 'waiting',
    type: 'live',
    owner: null,
    generation: 0,
  } as const),
  ...{ campaign: { id: campaign.id, name: 'Help' }, target: null, released: null, last: null },
  ...{ visitor: { id: id('visitor'), here: true }, opening: 'Hello', startedAt: at, changedAt: at },
});

test('L6 with hundreds in the queue routing examines the first of each queue, and not those behind it', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'offered' });
  // The rules are read before the queue fills.
  await eventually(async () => expect((await scene.dispatcher.rules()).assignment).toBe('offered'));
  const looks = vi.spyOn(Records.prototype, 'chances');
  onTestFinished(() => looks.mockRestore());
  await runInDurableObject(scene.dispatcher, (dispatcher: DispatcherActor) => {
    for (let at = 1; at <= waiting; at++) dispatcher.conversationNoted(rowOf(scene, at));
    looks.mockClear();
    dispatcher.conversationNoted(rowOf(scene, waiting + 1));
  });
  expect(looks).toHaveBeenCalledTimes(1);
});

test('L6 a floor with hundreds of rows is encoded row by row, once for all tabs', async () => {
  const scene = newScene();
  const agent = await scene.agent();
  const watching = await agent.floor();
  let encoded = 0;
  await runInDurableObject(scene.dispatcher, (dispatcher: DispatcherActor) => {
    for (let at = 1; at <= waiting; at++) {
      const row = rowOf(scene, at);
      const opening = { toJSON: () => (encoded++, 'Hello') } as unknown as string;
      dispatcher.conversationNoted({ ...row, opening });
    }
  });
  await watching.frame('floor.changed', ({ rows }) => (rows as unknown[]).length === waiting);
  await agent.floor();
  const first = encoded;
  const tabs = [await agent.floor(), await agent.floor()];
  expect(encoded).toBe(first);
  for (const tab of tabs) {
    const { rows } = await tab.frame('floor');
    expect(rows).toHaveLength(waiting);
  }
});
