import { overwriteGetLocale } from '#words/app/runtime';
import { afterEach, expect, test } from 'vitest';
import { sameClock, zoneName, zonesAt, zonesThatMatch } from '../../app/src/lib/zones.ts';

afterEach(() => overwriteGetLocale(() => 'en'));

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

test('a list of zones goes from west to east, each once, and has also the zones that are named', () => {
  const zones = zonesAt(winter, 'Europe/Amsterdam');
  const ids = zones.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(
    expect.arrayContaining(['UTC', 'Europe/Amsterdam', ...Intl.supportedValuesOf('timeZone')]),
  );
  const order = ['America/New_York', 'UTC', 'Europe/Amsterdam', 'Asia/Tokyo'];
  expect(ids.filter((id) => order.includes(id))).toEqual(order);
});

test('a zone has its city in the app’s language, its id, and its offset on that day', () => {
  const amsterdam = (at: number) => zonesAt(at).find(({ id }) => id === 'Europe/Amsterdam');
  expect(amsterdam(winter)).toEqual({
    id: 'Europe/Amsterdam',
    name: 'Amsterdam',
    note: 'Europe/Amsterdam · UTC+1',
    offset: 'UTC+1',
    time: 'Central European Time',
  });
  expect(amsterdam(summer)?.offset).toBe('UTC+2');
  overwriteGetLocale(() => 'ru');
  const named = new Map(zonesAt(winter).map(({ id, name }) => [id, name]));
  expect(named.get('Asia/Yekaterinburg')).toBe('Екатеринбург');
  expect(named.get('America/New_York')).toBe('Нью-Йорк');
  expect(named.get('Europe/Amsterdam')).toBe('Нидерланды');
  expect(named.get('UTC')).toBe('UTC');
});

test('a zone is found by the name of its time', () => {
  const found = (typed: string) => zonesThatMatch(zonesAt(winter), typed, []).map(({ id }) => id);
  expect(found('eastern time')).toContain('America/New_York');
  overwriteGetLocale(() => 'ru');
  expect(found('восточная америка')).toContain('America/New_York');
});

test('a zone is found by city, by id and by offset, however that is written', () => {
  const zones = zonesAt(winter);
  const first = (typed: string) => zonesThatMatch(zones, typed, [])[0]?.id;
  expect(first('new york')).toBe('America/New_York');
  expect(first('america/new')).toBe('America/New_York');
  expect(first('utc')).toBe('UTC');
  const found = (typed: string) => zonesThatMatch(zones, typed, []).map(({ id }) => id);
  for (const typed of ['UTC+5:30', 'gmt+5:30', '+05:30', 'UTC+05:30'])
    expect(found(typed).some((id) => /Kolkata|Calcutta/.test(id))).toBe(true);
  for (const typed of ['UTC-5', 'utc−5', '-05:00']) expect(found(typed)).toContain('America/New_York');
  expect(
    zonesThatMatch(zones, 'UTC+3', [])
      .slice(0, 5)
      .map(({ offset }) => offset),
  ).toEqual(Array.from({ length: 5 }, () => 'UTC+3'));
  expect(found('nowhere')).toEqual([]);
});

test('before anything is typed, the zones most likely wanted are at the top', () => {
  const top = ['Europe/Amsterdam', 'Asia/Tokyo', 'UTC'];
  const zones = zonesAt(winter);
  expect(
    zonesThatMatch(zones, ' ', top)
      .slice(0, 3)
      .map(({ id }) => id),
  ).toEqual(top);
});
