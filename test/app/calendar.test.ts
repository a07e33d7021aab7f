import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayAfter, monthAfter, weekdayOf, weeksOf } from '../../app/src/lib/calendar.ts';

const days = fc.integer({ min: 0, max: 36_000 }).map((count) => dayAfter('2000-01-01', count));

test('six weeks from a Monday contain the whole month of a day, each day once and in order', () => {
  fc.assert(
    fc.property(days, (day) => {
      const all = weeksOf(day).flat();
      expect(all).toHaveLength(42);
      expect(weekdayOf(all[0] ?? '')).toBe(0);
      for (const [at, each] of all.entries()) expect(each).toBe(dayAfter(all[0] ?? '', at));
      const month = day.slice(0, 7);
      const length = new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).getUTCDate();
      expect(all.filter((each) => each.startsWith(month))).toHaveLength(length);
    }),
  );
});

test('a month later is the same day, or the last day of a shorter month', () => {
  expect(monthAfter('2026-01-31', 1)).toBe('2026-02-28');
  expect(monthAfter('2024-02-29', -12)).toBe('2023-02-28');
  expect(monthAfter('2026-12-15', 1)).toBe('2027-01-15');
  expect(weekdayOf('2026-11-30')).toBe(0);
});
