import { expect, test } from 'vitest';
import { dayAfter, noonOf } from '../../app/src/lib/calendar.ts';

test('a day later or earlier crosses months, years and leap days', () => {
  expect(dayAfter('2026-01-31', 1)).toBe('2026-02-01');
  expect(dayAfter('2024-03-01', -1)).toBe('2024-02-29');
  expect(dayAfter('2026-12-31', 1)).toBe('2027-01-01');
  expect(dayAfter('2026-11-30', 0)).toBe('2026-11-30');
  expect(noonOf('2026-11-30')).toBe(Date.UTC(2026, 10, 30, 12));
});
