/**
 * Caps on clients without a sign-in: README lists each with its number, and a deployment changes them by one setting.
 */
import { caps, capsOf } from '#domain/base/caps';
import { limits } from '#domain/base/limits';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
/** README's list: caps that a deployment changes, and counts by network. */
const listed = {
  ...caps,
  newVisitors: limits.newVisitors.most,
  newConversations: limits.newConversations.most,
};
/** The cells of the tables' rows. */
const rows = readme
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('L6 the table of caps in README', () => {
  test.each(Object.entries(listed))('lists %s with its number', (name, value) => {
    const row = rows.find((cells) => cells.includes(`\`${name}\``));
    expect(row?.join(' ')).toMatch(new RegExp(`(?<![\\d,])${value.toLocaleString('en')}(?!\\d|,\\d)`));
  });

  test('names tests that exist', () => {
    const table = readme.split('### Without a sign-in')[1]?.split('**Browsers.**')[0] ?? '';
    const named = [...table.matchAll(/`(test\/[a-z/-]+)`/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !existsSync(new URL(`${name}.test.ts`, root)))).toEqual([]);
  });

  test('lists no cap that the code does not have', () => {
    const named = rows.flatMap((cells) => cells.filter((cell) => /^`[a-z]+(?:[A-Z][a-z]+)+`$/.test(cell)));
    const known = Object.keys(listed).map((name) => `\`${name}\``);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('L6 the setting CAPS', () => {
  test('changes the caps that it names', () => {
    expect(capsOf({})).toEqual(caps);
    expect(capsOf({ CAPS: '{"waitingPerCampaign": 1000}' })).toEqual({ ...caps, waitingPerCampaign: 1_000 });
    expect(capsOf({})).toEqual(caps);
  });

  test.each([
    '',
    'x',
    'null',
    '[]',
    '7',
    '{"waitingPerCampaign": "7"}',
    '{"waitingPerCampaign": 0}',
    '{"waitingPerCampaign": -1}',
    '{"waitingPerCampaign": 1.5}',
    '{"waitingPerCampaign": null}',
    '{"other": 7, "toString": 7, "__proto__": {"waitingPerCampaign": 7}}',
  ])('that says %j leaves all as they are', (CAPS) => {
    expect(capsOf({ CAPS })).toEqual(caps);
  });
});
