/** Whoever waits is told their place: everybody, the nearest first, and never all at once. */
import type { FloorRow, Waiting } from '#protocol';
import { expect, test } from 'vitest';
import { Positions } from '../../worker/actors/dispatcher/positions.ts';
import { Queue } from '../../worker/actors/dispatcher/queue.ts';
import type { Host } from '../../worker/actors/host.ts';

const rowOf = (number: number, phase: FloorRow['phase'] = 'waiting') =>
  ({
    ...{ id: `con_${String(number).padStart(4, '0')}`, type: 'live', phase, startedAt: number, target: null },
    ...{ campaign: { id: 'cmp', name: 'Help' }, visitor: { here: true } },
  }) as FloorRow;

/** A line of so many, whose tellings end when the test says so. */
function lineOf(length: number) {
  const timers: (() => void)[] = [];
  const host = {
    now: () => 1_000_000,
    timer: (_: number, task: () => void) => {
      timers.push(task);
      return () => undefined;
    },
    background: () => undefined,
  } as unknown as Host;
  const queue = new Queue();
  const told: [string, Waiting][] = [];
  const open: PromiseWithResolvers<unknown>[] = [];
  const positions = new Positions(
    host,
    queue,
    () => 'available',
    (conversation, waiting) => {
      told.push([conversation, waiting]);
      const telling = Promise.withResolvers<unknown>();
      open.push(telling);
      return telling.promise as Promise<void>;
    },
  );
  const put = (row: FloorRow, before?: FloorRow) => {
    queue.put(row);
    positions.changed(before, row);
  };
  for (let number = 0; number < length; number++) put(rowOf(number));
  return { told, open, put, due: () => timers.splice(0).forEach((task) => task()) };
}

test('V55 a line of a thousand is told a few at a time, the nearest first, each once', async () => {
  const { told, open, due } = lineOf(1_000);
  due();
  let most = 0;
  for (let turn = 0; open.length > 0; turn++) {
    most = Math.max(most, open.length);
    const ending = open.shift();
    // One that can't be told holds up nobody.
    if (turn === 3) ending?.reject(new Error('not there'));
    else ending?.resolve(null);
    await ending?.promise.catch(() => undefined);
    await Promise.resolve();
    due();
  }
  expect(most).toBeLessThanOrEqual(16);
  expect(told.map(([, { place }]) => place)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
});

test('V55 who is untold when the line moves is told where they stand then, and nothing once they are served', async () => {
  const { told, open, put, due } = lineOf(100);
  due();
  put(rowOf(0, 'active'), rowOf(0));
  put(rowOf(50, 'active'), rowOf(50));
  due();
  while (open.length > 0) {
    const ending = open.shift();
    ending?.resolve(null);
    await ending?.promise;
    await Promise.resolve();
    due();
  }
  const last = new Map(told.map(([conversation, { place }]) => [conversation, place]));
  expect(last.has(rowOf(50).id)).toBe(false);
  expect([1, 49, 51, 99].map((number) => last.get(rowOf(number).id))).toEqual([1, 49, 50, 98]);
});
