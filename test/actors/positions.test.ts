/**
 * Visitors in the queue receive their position: the first ones within a second, all of them eventually, never all at
 * once.
 */
import type { FloorRow, Waiting } from '#protocol';
import { expect, test } from 'vitest';
import { Positions } from '../../worker/actors/dispatcher/positions.ts';
import { Queue } from '../../worker/actors/dispatcher/queue.ts';
import type { DispatcherRegisters } from '../../worker/actors/dispatcher/storage.ts';
import type { Host } from '../../worker/runtime/host.ts';
import type { Registers } from '../../worker/runtime/registers.ts';

const rowOf = (number: number, phase: FloorRow['phase'] = 'waiting') =>
  ({
    ...{ id: `con_${String(number).padStart(4, '0')}`, type: 'live', phase, startedAt: number, target: null },
    ...{ campaign: { id: 'cmp', name: 'Help' }, visitor: { here: true } },
  }) as FloorRow;

/** The state that outlives an actor's memory. */
function registers(): Registers<DispatcherRegisters> {
  const values = new Map<string, unknown>();
  return {
    get: (name: string) => values.get(name),
    set: (name: string, value: unknown) => void values.set(name, value),
    delete: (name: string) => void values.delete(name),
  } as unknown as Registers<DispatcherRegisters>;
}

/** A queue of a given length with its own clock. An update completes when the test resolves it, or at once. */
function queueOf(length: number, { slow = false } = {}) {
  let now = 1_000_000;
  let timers: { at: number; task: () => void }[] = [];
  const delays: number[] = [];
  const host = {
    now: () => now,
    timer: (delay: number, task: () => void) => {
      const timer = { at: now + delay, task };
      delays.push(delay);
      timers.push(timer);
      return () => (timers = timers.filter((other) => other !== timer));
    },
    background: () => undefined,
  } as unknown as Host;
  const queue = new Queue();
  const kept = registers();
  const told: { conversation: string; waiting: Waiting; at: number }[] = [];
  const open: PromiseWithResolvers<unknown>[] = [];
  let walks = 0;
  const waken = () =>
    new Positions(kept, host, queue, {
      // Called once for each queue whenever positions are computed.
      availability: () => {
        walks++;
        return 'available';
      },
      tell: (conversation, waiting) => {
        told.push({ conversation, waiting, at: now });
        if (!slow) return Promise.resolve();
        const telling = Promise.withResolvers<unknown>();
        open.push(telling);
        return telling.promise as Promise<void>;
      },
      arm: () => undefined,
    });
  let positions = waken();
  const put = (row: FloorRow, before?: FloorRow) => {
    queue.put(row);
    positions.changed(before, row);
  };
  /** Advances time; timers and the duty run exactly when they are due. */
  const pass = async (milliseconds: number) => {
    for (const end = now + milliseconds; ;) {
      const next = Math.min(...timers.map(({ at }) => at), positions.next() ?? Infinity);
      if (next > end) {
        now = end;
        return;
      }
      now = Math.max(now, next);
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { task } of due) task();
      if ((positions.next() ?? Infinity) <= now) positions.run();
      await Promise.resolve();
      await Promise.resolve();
    }
  };
  for (let number = 0; number < length; number++) put(rowOf(number));
  return {
    ...{ told, open, put, pass, delays },
    get now() {
      return now;
    },
    evict() {
      timers = [];
      positions = waken();
    },
    get walks() {
      return walks;
    },
    of: (number: number) => positions.of(rowOf(number).id),
    lastOf: (number: number) => told.findLast(({ conversation }) => conversation === rowOf(number).id),
  };
}

test('SIG-9 a queue of a thousand is updated a few visitors at a time, the first in the queue first, each once', async () => {
  const { told, open, pass } = queueOf(1_000, { slow: true });
  await pass(500);
  let most = 0;
  for (let turn = 0; open.length > 0; turn++) {
    most = Math.max(most, open.length);
    const ending = open.shift();
    // An unreachable conversation delays no other.
    if (turn === 3) ending?.reject(new Error('not there'));
    else ending?.resolve(null);
    await ending?.promise.catch(() => undefined);
    await Promise.resolve();
    await pass(100);
  }
  expect(most).toBe(16);
  expect(told.map(({ waiting }) => waiting.place)).toEqual(
    Array.from({ length: 1_000 }, (_, index) => index + 1),
  );
});

test('SIG-9 a visitor with a pending update gets the newest position, and none after the assignment', async () => {
  const { open, put, pass, lastOf } = queueOf(100, { slow: true });
  await pass(500);
  put(rowOf(0, 'active'), rowOf(0));
  put(rowOf(50, 'active'), rowOf(50));
  await pass(500);
  while (open.length > 0) {
    const ending = open.shift();
    ending?.resolve(null);
    await ending?.promise;
    await Promise.resolve();
    await pass(100);
  }
  expect(lastOf(50)).toBeUndefined();
  expect([1, 49, 51, 99].map((number) => lastOf(number)?.waiting.place)).toEqual([1, 49, 50, 98]);
});

test.each(['straight', 'evicted'] as const)(
  'SIG-9 the new first visitor of a long queue is updated within a second, even while updates for the end wait (%s)',
  async (way) => {
    const queue = queueOf(30);
    await queue.pass(1_000);
    for (let served = 0; served < 8; served++) {
      // The end of the queue was updated a moment ago and waits for 15 s: the first visitor must not.
      const movedAt = queue.now;
      queue.put(rowOf(served, 'active'), rowOf(served));
      await queue.pass(1_000);
      const first = queue.lastOf(served + 1);
      expect(first).toMatchObject({ waiting: { place: 1 } });
      expect((first?.at ?? Infinity) - movedAt).toBeLessThanOrEqual(1_000);
      if (way === 'evicted') queue.evict();
    }
  },
);

test.each(['straight', 'evicted'] as const)(
  'SIG-12 beyond the twentieth position a visitor is updated every 15 s, by a duty that survives eviction (%s)',
  async (way) => {
    const queue = queueOf(30);
    await queue.pass(1_000);
    const toldAt = queue.lastOf(29)?.at ?? 0;
    queue.put(rowOf(0, 'active'), rowOf(0));
    await queue.pass(1_000);
    expect(queue.lastOf(29)?.waiting.place).toBe(30);
    if (way === 'evicted') queue.evict();
    await queue.pass(14_000);
    expect(queue.lastOf(29)).toMatchObject({ waiting: { place: 29 } });
    const after = (queue.lastOf(29)?.at ?? 0) - toldAt;
    expect(after).toBeGreaterThanOrEqual(14_000);
    expect(after).toBeLessThanOrEqual(15_500);
    // No update is pending: the actor can sleep.
    const count = queue.told.length;
    await queue.pass(600_000);
    expect(queue.told.length).toBe(count);
    // Only alarms may wait longer than a moment: a pending timer keeps the actor awake.
    expect(Math.max(...queue.delays)).toBeLessThanOrEqual(1_000);
  },
);

test('SIG-10 the expected wait survives an eviction', async () => {
  const queue = queueOf(6);
  for (let served = 0; served < 3; served++) {
    await queue.pass(60_000);
    queue.put(rowOf(served, 'active'), rowOf(served));
  }
  await queue.pass(1_000);
  const before = queue.lastOf(3)?.waiting;
  expect(before).toMatchObject({ place: 1, wait: expect.any(Number) as number });
  queue.evict();
  queue.put({ ...rowOf(6), seq: 2 });
  await queue.pass(1_000);
  expect(queue.lastOf(6)?.waiting).toMatchObject({ place: 4, wait: expect.any(Number) as number });
});

test('SIG-9 however many tabs ask, positions are computed once until something changes or a second has passed', async () => {
  const queue = queueOf(1_000);
  await queue.pass(1_000);
  const before = queue.walks;
  for (let asked = 0; asked < 5_000; asked++) queue.of(asked % 1_000);
  expect(queue.walks - before).toBeLessThanOrEqual(1);
  const walked = queue.walks;
  expect(queue.of(700)).toEqual({ place: 701, wait: null, availability: 'available' });
  queue.put(rowOf(0, 'active'), rowOf(0));
  expect([queue.of(700)?.place, queue.of(0)]).toEqual([700, null]);
  expect(queue.walks - walked).toBe(1);
  // The expected wait grows while nothing changes.
  await queue.pass(60_000);
  const later = queue.walks;
  queue.of(700);
  expect(queue.walks - later).toBe(1);
});
