/** The statuses of agents: their meaning, and the places outside of the type checker's reach that show each of them. */
import { assists, choosable, overdue, receives, shortBreak, takesByHand } from '#domain/people/status';
import { statuses, type ConversationType } from '#protocol';
import { expect, test } from 'vitest';
import { statusColour, statusWords } from '../../app/src/lib/words/statuses.ts';
import { read, tableRows } from '../protocol/document.ts';

const text = (path: string) => read(path).lines.join('\n');
/** The captures of a pattern with one group, in the order of the text. */
const found = (path: string, pattern: RegExp) => [...text(path).matchAll(pattern)].map(([, name]) => name);
const sorted = (names: readonly (string | undefined)[]) => [...names].sort();
const all = sorted(statuses);

test('AGT-13 the table of statuses has a line for each, and describes the rules', () => {
  const rows = tableRows(read('worker/protocol/floor/PROTOCOL.md'));
  const begin = rows.findIndex(([name]) => name === 'status');
  // A heading and a rule precede the lines.
  const table = rows.slice(begin + 2, begin + 2 + statuses.length);
  const types: readonly ConversationType[] = ['live', 'nrt'];
  const yes = (holds: boolean) => (holds ? 'yes' : 'no');
  const described = statuses.map((status) => [
    `\`${status}\``,
    types.filter((type) => receives(status, type)).join(' and ') || 'nothing',
    yes(takesByHand(status)),
    yes(assists(status)),
  ]);
  const byName = ([one = '']: string[], [other = '']: string[]) => one.localeCompare(other);
  expect(table.sort(byName)).toEqual(described.sort(byName));
});

test('F15 F18 only a short break has a limit, and only offline processing must be switched on', () => {
  const limited = (length: number) => statuses.filter((status) => overdue(status, 0, length));
  expect(limited(shortBreak)).toEqual([]);
  expect(limited(shortBreak + 1)).toEqual(['short_break']);
  expect(choosable(true)).toEqual(statuses);
  expect(choosable(false)).toEqual(statuses.filter((status) => status !== 'offline_processing'));
});

test('each status has a colour of its own', () => {
  const tokens = found('app/src/styles/tokens.css', /^ +(--status-[a-z-]+): /gm);
  expect(sorted(tokens)).toEqual(sorted(statuses.map((status) => statusColour(status).slice(4, -1))));
  const colours = found('app/src/styles/tokens.css', /^ +--status-[a-z-]+: (.+);$/gm);
  expect(new Set(colours).size).toBe(statuses.length);
});

test('each status has a rule for its pattern in the time table', () => {
  const path = 'app/src/routes/(signed-in)/console/time-table/Swatch.svelte';
  const rules = new Set(found(path, /^ +\.([a-z_]+)(?:,| \{)$/gm));
  expect(sorted([...rules])).toEqual(sorted([...statuses, 'away', 'swatch']));
});

test('each status has an icon and words of its own', () => {
  const path = 'app/src/lib/people/StatusIcon.svelte';
  expect(sorted(found(path, /^ +([a-z_]+): [A-Z][A-Za-z]+,$/gm))).toEqual(all);
  expect(new Set(found(path, /^ +[a-z_]+: ([A-Z][A-Za-z]+),$/gm)).size).toBe(statuses.length);
  expect(sorted(Object.keys(statusWords))).toEqual(all);
  expect(new Set(statuses.map((status) => statusWords[status]())).size).toBe(statuses.length);
});
