import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ago, clockTime, dayKey, dayName, shortTime, span } from '../../app/src/lib/chat/when.ts';

const at = Date.UTC(2026, 10, 4, 23, 30);
const hour = 3_600_000;

test('a day is a day of the zone', () => {
  expect(dayKey(at, 'UTC')).toBe('2026-11-04');
  expect(dayKey(at, 'Europe/Sofia')).toBe('2026-11-05');
  expect(dayName(at, at + hour, 'UTC')).toBe('Yesterday');
  expect(dayName(at, at + hour, 'Europe/Sofia')).toBe('Today');
  expect(dayName(at, at + 10 * 24 * hour, 'UTC')).toBe('Wednesday 4 November');
  expect(dayName(at, at + 400 * 24 * hour, 'UTC')).toBe('Wednesday 4 November 2026');
});

test('the day of any moment is the one in the calendar of the zone', () => {
  const zones = [
    'UTC',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'America/St_Johns',
    'Pacific/Chatham',
    'Europe/Lisbon',
  ];
  const year = 365 * 24 * hour;
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: at - year, max: at + year }), (zone, moment) => {
      // Swedish dates have the same format as the key.
      expect(dayKey(moment, zone)).toBe(new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(moment));
    }),
  );
});

test('clock times are those of the zone', () => {
  expect(clockTime(at, 'Europe/Sofia')).toMatch(/1:30/);
  expect(shortTime(at, 'UTC')).toMatch(/^4 Nov 2026, /);
});

test('elapsed time is shown in the largest unit that fits', () => {
  const said = [0, 59_000, 60_000, 59 * 60_000, hour, 23 * hour, 24 * hour, 6 * 24 * hour].map((passed) =>
    ago(at - passed, at, 'UTC'),
  );
  expect(said).toEqual(['now', 'now', '1m', '59m', '1h', '23h', '1d', '6d']);
  expect(ago(at - 8 * 24 * hour, at, 'UTC')).toBe('27 Oct');
  expect(ago(at + hour, at, 'UTC')).toBe('now');
});

test('a wait is shown in seconds for an hour', () => {
  const said = [0, 42_000, 725_000, 3_599_000, 3_900_000, 183_600_000].map(span);
  expect(said).toEqual(['0:00', '0:42', '12:05', '59:59', '1h 05m', '2d 3h']);
});

test('a negative wait, from clocks that differ, is shown as zero', () => {
  fc.assert(fc.property(fc.integer({ max: 999 }), (length) => span(length) === '0:00'));
});
