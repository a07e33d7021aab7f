import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ranked } from '../../app/src/lib/ranked.ts';

const find = (rows: readonly string[], typed: string) => ranked(rows, typed, (row) => [row]);

test('the text itself comes first, then what begins with it, then what has a word that does, then what contains it', () => {
  const rows = ['Joanna', 'Mary Anna', 'Anna Petrova', 'Anna', 'Ben'];
  expect(find(rows, 'anna')).toEqual(['Anna', 'Anna Petrova', 'Mary Anna', 'Joanna']);
});

test('case, accents and the signs between words don’t count', () => {
  expect(find(['São Paulo', 'America/New_York', 'Королёв'], 'sao p')).toEqual(['São Paulo']);
  expect(find(['São Paulo', 'America/New_York', 'Королёв'], 'new york')).toEqual(['America/New_York']);
  expect(find(['São Paulo', 'America/New_York', 'Королёв'], 'КОРОЛЕВ')).toEqual(['Королёв']);
});

test('the best of several texts counts', () => {
  const rows = [
    { name: 'Joanna', email: 'jo@x.test' },
    { name: 'Ben', email: 'anna@x.test' },
  ];
  expect(ranked(rows, 'ann', ({ name, email }) => [name, email])).toEqual([rows[1], rows[0]]);
});

test('equal matches keep their order, no row appears twice, and nothing typed matches all', () => {
  const row = fc.record({ at: fc.nat(), text: fc.stringMatching(/^[ab ]{0,6}$/) });
  fc.assert(
    fc.property(fc.array(row), fc.stringMatching(/^[ab]{1,2}$/), (rows, typed) => {
      const found = ranked(rows, typed, ({ text }) => [text]);
      expect(new Set(found).size).toBe(found.length);
      expect(rows.filter(({ text }) => text.includes(typed)).every((each) => found.includes(each))).toBe(
        true,
      );
      const same = found.filter(({ text }) => text === typed);
      expect(same).toEqual(rows.filter(({ text }) => text === typed));
      expect(ranked(rows, '  ', ({ text }) => [text])).toEqual(rows);
    }),
  );
});
