/** The shards that count attempts, and the way to them. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { isRefusal } from '#protocol';
import { expect, test } from 'vitest';
import type { Count } from '../../worker/actors/contracts/throttle.ts';
import { overLimit, reserve, type Reserved } from '../../worker/actors/limits.ts';
import { maxRows } from '../../worker/actors/throttle.ts';
import { env, standingClock } from './client.ts';

const fresh = () => env.THROTTLE.get(env.THROTTLE.idFromName(crypto.randomUUID()));
const count = (key: string = crypto.randomUUID()): Count => ({ limit: 'proof', width: 0, key });
type Shard = ReturnType<typeof fresh>;
const rowsOf = (stub: Shard) =>
  runInDurableObject(stub, (_, { storage: { sql } }) => {
    const tables = sql.exec(`SELECT name FROM sqlite_schema WHERE name = 'attempts'`).toArray();
    return tables.length === 0 ? null : sql.exec('SELECT key, count FROM attempts ORDER BY key').toArray();
  });
const keysOf = (stub: Shard) =>
  runInDurableObject(stub, async (_, { storage }) => [...(await storage.list()).keys()]);

test('S7 simultaneous attempts are counted one by one', async () => {
  const throttle = fresh();
  const key = count();
  const answers = await Promise.all(Array.from({ length: 50 }, () => throttle.take([key])));
  expect(answers.filter(({ waits }) => waits.length === 0)).toHaveLength(5);
});

test('S7 an attempt is counted under all its limits, or under none', async () => {
  standingClock();
  const throttle = fresh();
  const [full, other] = [count(), count()];
  for (let i = 0; i < 5; i++) await throttle.take([full]);
  expect(await throttle.take([other, full])).toEqual({
    taken: [],
    waits: [{ key: full.key, wait: 1_000 }],
  });
  expect(await rowsOf(throttle)).toEqual([{ key: full.key, count: 5 }]);
});

test('S7 the count survives an eviction', async () => {
  const throttle = fresh();
  const key = count();
  for (let i = 0; i < 5; i++) await throttle.take([key]);
  await evictDurableObject(throttle);
  expect((await throttle.take([key])).waits).toHaveLength(1);
});

test('S7 attempts that were taken back, or cleared, leave no row', async () => {
  const throttle = fresh();
  const [one, other] = [count('one'), count('other')];
  const { taken } = await throttle.take([one, other]);
  await throttle.take([other]);
  await throttle.settle(taken, []);
  expect(await rowsOf(throttle)).toEqual([{ key: 'other', count: 1 }]);
  await evictDurableObject(throttle);
  await throttle.settle([], [other]);
  expect(await rowsOf(throttle)).toEqual([]);
});

test('S7 a name without an attempt stores nothing, and the last row deletes everything with it', async () => {
  const throttle = fresh();
  await throttle.settle([], [count()]);
  expect(await rowsOf(throttle)).toBeNull();
  await throttle.take([count()]);
  // Too early: it is set again.
  expect(await runDurableObjectAlarm(throttle)).toBe(true);
  expect(await rowsOf(throttle)).toHaveLength(1);
  await runInDurableObject(throttle, (_, { storage }) => {
    storage.sql.exec('UPDATE attempts SET forget_at = 0');
  });
  expect(await runDurableObjectAlarm(throttle)).toBe(true);
  expect(await rowsOf(throttle)).toBeNull();
  expect(await runDurableObjectAlarm(throttle)).toBe(false);
  // And counting starts again.
  expect((await throttle.take([count()])).waits).toEqual([]);
  expect(await runDurableObjectAlarm(throttle)).toBe(true);
});

test('S7 an object of an earlier version, for one email, is deleted by its alarm', async () => {
  const throttle = fresh();
  await runInDurableObject(throttle, async (_, { storage }) => {
    storage.kv.put('kept', { kind: 'email', attempts: { count: 3, since: 1, next: 2 } });
    await storage.setAlarm(Date.now() + 60_000);
  });
  expect(await runDurableObjectAlarm(throttle)).toBe(true);
  expect(await keysOf(throttle)).toEqual([]);
  expect(await runDurableObjectAlarm(throttle)).toBe(false);
});

test('S7 a full shard drops the lightest counts, never one that is used up', async () => {
  standingClock();
  const throttle = fresh();
  const victim = count('victim');
  for (let i = 0; i < 5; i++) await throttle.take([victim]);
  // Of another limit: it has rows of its own.
  const elsewhere: Count = { limit: 'inviting', width: 0, key: 'elsewhere' };
  await throttle.take([elsewhere]);
  const flood = Array.from({ length: maxRows + 50 }, (_, i) => count(`made up ${i}`));
  for (let from = 0; from < flood.length; from += 50) await throttle.take(flood.slice(from, from + 50));
  const rows = (await rowsOf(throttle)) ?? [];
  expect(rows.length).toBeLessThanOrEqual(maxRows + 1);
  expect(rows).toContainEqual({ key: 'victim', count: 5 });
  expect(rows).toContainEqual({ key: 'elsewhere', count: 1 });
  expect((await throttle.take([victim])).waits).toEqual([{ key: 'victim', wait: 1_000 }]);
  // The number of rows is also right after an eviction.
  await evictDurableObject(throttle);
  await throttle.take(flood);
  expect((await rowsOf(throttle))?.length).toBeLessThanOrEqual(maxRows + 1);
});

test('S7 a caller who has to wait is refused without another request', async () => {
  const clock = standingClock();
  const of = crypto.randomUUID();
  let requests = 0;
  const counting = {
    ...env,
    THROTTLE: {
      idFromName: (name: string) => env.THROTTLE.idFromName(name),
      get: (id: DurableObjectId) => (requests++, env.THROTTLE.get(id)),
    } as typeof env.THROTTLE,
  };
  const ask = () => reserve(counting, of, [{ limit: 'signInFrom', of }]);
  const waits: (number | undefined)[] = [];
  for (let i = 0; i < 20; i++) {
    const answer = await ask();
    waits.push(isRefusal(answer) ? answer.retryAfter : 0);
  }
  expect(waits).toEqual([0, 0, 0, 0, 0, ...Array.from({ length: 15 }, () => 1_000)]);
  // Five were let through, and one was refused.
  expect(requests).toBe(6);
  clock.mockReturnValue(Date.now() + 1_000);
  expect(isRefusal(await ask())).toBe(false);
});

test('S7 an attempt that must not count is free for the next one at once', async () => {
  standingClock();
  const of = crypto.randomUUID();
  const ask = () => reserve(env, of, [{ limit: 'signInFrom', of }]);
  for (let i = 0; i < 4; i++) await ask();
  const fifth = await ask();
  await (fifth as Reserved).giveBack();
  expect(isRefusal(await ask())).toBe(false);
  expect(await ask()).toMatchObject({ refused: 'slow_down', retryAfter: 1_000 });
});

test('L6 a network has a limit per hour, a wider one a higher limit, and without an address nothing is counted', async () => {
  standingClock();
  const name = crypto.randomUUID();
  const invited = () => overLimit(env, [{ limit: 'invitedEmail', of: name }]);
  for (let i = 0; i < 3; i++) expect(await invited()).toBeUndefined();
  expect(await invited()).toMatchObject({ refused: 'slow_down', retryAfter: 86_400_000 });
  for (let i = 0; i < 30; i++) expect(await overLimit(env, [])).toBeUndefined();
});
