import { expect, test } from 'vitest';
import { sameClock, zoneName } from '../../app/src/lib/zones.ts';

const winter = Date.UTC(2026, 10, 30);
const summer = Date.UTC(2026, 6, 30);

test('a zone’s name includes its offset from UTC on that day', () => {
  expect(zoneName('America/New_York', winter)).toBe('America/New York (UTC-5)');
  expect(zoneName('Europe/Amsterdam', summer)).toBe('Europe/Amsterdam (UTC+2)');
});

test('two zones with equal clocks need no label in that part of the year', () => {
  expect(sameClock('Europe/Amsterdam', 'Europe/Berlin', winter)).toBe(true);
  expect(sameClock('Europe/Amsterdam', 'UTC', winter)).toBe(false);
  expect(sameClock('Europe/London', 'UTC', winter)).toBe(true);
  expect(sameClock('Europe/London', 'UTC', summer)).toBe(false);
});
