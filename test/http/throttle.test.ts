import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { Throttle } from '../../worker/actors/throttle.ts';
import { throttleOf } from '../../worker/http/address.ts';
import { env } from './client.ts';

const fresh = () => throttleOf(env, 'email', crypto.randomUUID());
const keys = (stub: DurableObjectStub<Throttle>) =>
  runInDurableObject(stub, async (_, state) => [...(await state.storage.list()).keys()]);

test('S7 attempts that come at once are counted one by one', async () => {
  const throttle = await fresh();
  const answers = await Promise.all(Array.from({ length: 20 }, () => throttle.attempt('email')));
  expect(answers.filter(({ wait }) => wait === 0)).toHaveLength(5);
});

test('S7 the count survives an eviction', async () => {
  const throttle = await fresh();
  for (let i = 0; i < 5; i++) await throttle.attempt('email');
  await evictDurableObject(throttle);
  expect((await throttle.attempt('email')).wait).toBeGreaterThan(0);
});

test('S7 clearing forgets everything, the alarm too', async () => {
  const throttle = await fresh();
  for (let i = 0; i < 5; i++) await throttle.attempt('email');
  await throttle.clear();
  expect(await keys(throttle)).toEqual([]);
  expect(await runDurableObjectAlarm(throttle)).toBe(false);
  expect((await throttle.attempt('email')).wait).toBe(0);
});

test('S7 the alarm waits for the end of the window, and then leaves nothing behind', async () => {
  const throttle = await fresh();
  await throttle.attempt('email');
  // Too early: it is set again.
  expect(await runDurableObjectAlarm(throttle)).toBe(true);
  expect(await keys(throttle)).toEqual(['kept']);
  await runInDurableObject(throttle, (_, state) => {
    const past = Date.now() - 3_600_000;
    state.storage.kv.put('kept', { kind: 'email', attempts: { count: 1, since: past, next: past } });
  });
  expect(await runDurableObjectAlarm(throttle)).toBe(true);
  expect(await keys(throttle)).toEqual([]);
});
