import { Hasher, isBusy, type HashOrder } from '#domain/people/hashing';
import { expect, test } from 'vitest';

const order: HashOrder = {
  ...{ password: 'parley', salt: new Uint8Array(16), length: 2, lane: 'known' },
  cost: { ln: 14, r: 8, p: 5 },
};

test('S7 a hash that fails is an error of its own order only, and the next one is made', async () => {
  let failures = 1;
  const hash = () =>
    failures-- > 0 ? Promise.reject(new Error('no memory')) : Promise.resolve(new Uint8Array([1, 2]));
  const hasher = new Hasher(1, hash, () => 0);
  const [failed, made] = await Promise.allSettled([hasher.derive(order), hasher.derive(order)]);
  expect(failed).toEqual({ status: 'rejected', reason: new Error('no memory') });
  expect(made).toEqual({ status: 'fulfilled', value: new Uint8Array([1, 2]) });
});

test('S7 an order is refused without waiting for any hash', async () => {
  const hasher = new Hasher(
    1,
    () => new Promise<Uint8Array>(() => undefined),
    () => 0,
  );
  const orders = Array.from({ length: 20 }, () => hasher.derive({ ...order, lane: 'unknown' }));
  expect(isBusy(await Promise.any(orders))).toBe(true);
});
