import { expectedWait } from '#domain/floor/waiting';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const minute = 60_000;

test('F41 a wait is estimated from recent assignments, not from too few or too old ones', () => {
  expect(expectedWait(1, [], 0)).toBeNull();
  expect(expectedWait(1, [1, 2], 10)).toBeNull();
  expect(expectedWait(2, [0, minute, 2 * minute], 2 * minute)).toBe(2 * minute);
  expect(expectedWait(1, [0, 1, 2], 2 * 60 * minute)).toBeNull();
});

test('F41 the estimate grows while nothing moves, and with the position', () => {
  const times = fc.array(fc.integer({ min: 0, max: 30 * minute }), { minLength: 3, maxLength: 30 });
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 50 }), fc.nat(20 * minute), (served, position, later) => {
      const sorted = served.sort((a, b) => a - b);
      const now = 31 * minute;
      const guess = expectedWait(position, sorted, now) ?? 0;
      expect(expectedWait(position + 1, sorted, now) ?? 0).toBeGreaterThanOrEqual(guess);
      expect(expectedWait(position, sorted, now + later) ?? 0).toBeGreaterThanOrEqual(guess);
    }),
  );
});
