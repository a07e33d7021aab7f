/** The emoji of the grid: the reduced data, its search in both languages, tones, recent ones and keys. */
import en from '#emoji/en';
import grid from '#emoji/grid';
import ru from '#emoji/ru';
import { columns, moved, rowsOf } from '#domain/emoji/moves';
import { mostRecent, readRecent, recentEmoji, withRecent, writeRecent } from '#domain/emoji/recent';
import { findEmoji, searched } from '#domain/emoji/search';
import { drawnBy, groups, isDrawn, readSet } from '#domain/emoji/set';
import { readTone, toned, tones, withTone } from '#domain/emoji/tones';
import { maxTextLength } from '#protocol';
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const english = readSet(grid, en);
const russian = readSet(grid, ru);
const all = groups.flatMap((group) => english[group]);
const everything = { version: 99, flags: true };
const bare = (text: string) => text.replaceAll('\ufe0f', '');

test('F70 the data has every emoji once, in groups, with a name in each language', () => {
  expect(groups.map((group) => [group, english[group].length])).toEqual([
    ['smileys', 171],
    ['people', 388],
    ['animals', 160],
    ['food', 131],
    ['travel', 219],
    ['activities', 85],
    ['objects', 266],
    ['symbols', 224],
    ['flags', 270],
  ]);
  expect(new Set(all.map(({ text }) => text)).size).toBe(all.length);
  const unnamed = [...all, ...groups.flatMap((group) => russian[group])].filter(
    ({ name, tags }) => name.trim() === '' || /[|\n]|: ,/.test(name + tags),
  );
  expect(unnamed).toEqual([]);
  const latin = groups.flatMap((group) => russian[group]).filter(({ name }) => !/[а-яё]/i.test(name));
  expect(latin.map(({ name }) => name)).toEqual(['CD', 'DVD']);
  expect(english.smileys[0]).toEqual({
    ...{ text: '😀', name: 'grinning face', since: 0, tonesSince: null },
    tags: 'cheerful cheery grin happy laugh nice smile smiling teeth',
  });
  expect(russian.people.find(({ text }) => text === '👍')).toMatchObject({ name: 'большой палец вверх' });
});

test('F70 each emoji is one sign in the form that Unicode recommends', () => {
  // The runtime of the tests knows the emoji of version 16.
  const sign = /^\p{RGI_Emoji}$/v;
  expect(all.filter(({ text, since }) => since <= 16 && !sign.test(text))).toEqual([]);
  expect(all.filter(({ text }) => text !== text.normalize('NFC') || text.length > maxTextLength)).toEqual([]);
});

test('F70 the data is small: each part in bytes, compressed', () => {
  const size = (text: string) => gzipSync(text, { level: 9 }).length;
  expect(size(grid)).toBeLessThan(6_000);
  expect(size(en)).toBeLessThan(28_000);
  expect(size(ru)).toBeLessThan(42_000);
});

test('F70 an emoji is found by parts of words, in the language of the interface and in English', () => {
  const list = searched(russian, english);
  const find = (query: string, limit = 5) => findEmoji(list, query, limit).map(({ text }) => text);
  expect(find('большой палец вверх', 1)).toEqual(['👍']);
  expect(find('палец вв')).toContain('👍');
  expect(find('ВВЕРХ пал')).toContain('👍');
  expect(find('thumbs up', 1)).toEqual(['👍']);
  expect(find('Россия', 1)).toEqual(['🇷🇺']);
  expect(find('ru', 200)).toContain('🇷🇺');
  // Spelled without the dots of ё and with them.
  expect(find('елка')).toEqual(find('ёлка'));
  expect(find('ёлка')).toContain('🎄');
  expect(find('🎄')).toEqual(['🎄']);
  expect([find(''), find(' '), find('zzzz')]).toEqual([[], [], []]);
  expect(findEmoji(searched(english), 'smile', 3)).toHaveLength(3);
  expect(findEmoji(searched(english), 'палец', 3)).toEqual([]);
});

test('F70 common emoji come before rare ones that fit as well, in both languages', () => {
  const inEnglish = (query: string) => findEmoji(searched(english), query, 4).map(({ text }) => text);
  const inRussian = (query: string) =>
    findEmoji(searched(russian, english), query, 4).map(({ text }) => text);
  expect(inEnglish('smile')).toEqual(['😊', '🙂', '😀', '😄']);
  expect(inRussian('улыбка')).toEqual(['😊', '🙂', '😀', '😄']);
  expect(inEnglish('heart')[0]).toBe('❤️');
  expect(inRussian('сердце')[0]).toBe('❤️');
  expect(inEnglish('laugh').slice(0, 2)).toEqual(['😀', '😄']);
  expect(inRussian('праздник')[0]).toBe('🎉');
  // A name as it was typed is what was meant.
  expect(inEnglish('cat')[0]).toBe('🐈');
  expect(inEnglish('thank')[0]).toBe('🙏');
});

test('F70 every emoji is found by its own name, and a longer query never finds more', () => {
  const list = searched(russian, english);
  fc.assert(
    fc.property(fc.constantFrom(...all), fc.boolean(), (emoji, own) => {
      const index = all.indexOf(emoji);
      const name = own ? (groups.flatMap((group) => russian[group])[index]?.name ?? '') : emoji.name;
      expect(findEmoji(list, name, all.length).map(({ text }) => text)).toContain(emoji.text);
    }),
    { numRuns: 60 },
  );
  fc.assert(
    fc.property(fc.constantFrom('cat', 'лицо', 'red', 'флаг'), fc.string({ maxLength: 3 }), (word, more) => {
      const found = new Set(findEmoji(list, word, all.length));
      const fewer = findEmoji(list, `${word} ${more}`, all.length);
      expect(fewer.filter((emoji) => !found.has(emoji))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('F70 skin tones: people get them, other emoji and old fonts do not', () => {
  const find = (text: string) => all.find((emoji) => bare(emoji.text) === bare(text));
  const tonedText = (text: string, version = 99) => {
    const emoji = find(text);
    return emoji && toned(emoji, 4, { version, flags: true });
  };
  expect(tonedText('👍')).toBe('👍🏾');
  expect(tonedText('☝️')).toBe('☝🏾');
  expect(tonedText('👩‍🚀')).toBe('👩🏾‍🚀');
  expect(tonedText('🧑‍🤝‍🧑')).toBe('🧑🏾‍🤝‍🧑🏾');
  expect(tonedText('👩‍❤️‍👨')).toBe('👩🏾‍❤️‍👨🏾');
  expect(tonedText('🤝')).toBe('🤝🏾');
  expect(tonedText('🤝', 13)).toBe('🤝');
  expect(tonedText('😀')).toBe('😀');
  const withTones = all.filter(({ tonesSince }) => tonesSince !== null);
  expect(withTones.length).toBe(330);
  const sign = /^\p{RGI_Emoji}$/v;
  for (const { text, since, tonesSince } of withTones)
    for (const tone of tones)
      if (tone > 0 && since <= 16 && (tonesSince ?? 0) <= 16) expect(withTone(text, tone as 1)).toMatch(sign);
  expect([null, '', '0', '3', '6', 'x'].map(readTone)).toEqual([0, 0, 0, 3, 0, 0]);
});

test('F70 emoji that the browser does not draw are left out', () => {
  const old = drawnBy((emoji) => !['🫪', '🫩', '🐦‍🔥', '🫨'].includes(emoji));
  expect(old).toEqual({ version: 14, flags: true });
  const left = (drawn: typeof old) => all.filter((emoji) => !isDrawn(emoji, drawn)).map(({ text }) => text);
  expect(left(old)).toEqual(expect.arrayContaining(['🫨', '🐦‍🔥', '🫩']));
  expect(left(old)).not.toContain('🫠');
  expect(left(everything)).toEqual([]);
  // Windows has no flags of countries, and others.
  const windows = drawnBy((emoji) => emoji !== '🇫🇷');
  expect(windows).toEqual({ version: 17, flags: false });
  expect(left(windows)).toHaveLength(262);
  expect(left(windows)).not.toContain('🏁');
  // Without any font of emoji nothing can be tested: the old ones are offered.
  expect(drawnBy(() => false)).toEqual({ version: 12, flags: true });
});

test('F70 recent emoji: the last one first, each once, and unreadable ones never', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...all), { maxLength: 60 }), (used) => {
      let stored: string | null = null;
      for (const { text } of used) stored = writeRecent(withRecent(readRecent(stored), text));
      const expected = [...new Set(used.map(({ text }) => text).reverse())].slice(0, mostRecent);
      expect(readRecent(stored)).toEqual(expected);
      expect(recentEmoji(readRecent(stored), english, everything).map(({ text }) => text)).toEqual(expected);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (stored) => {
      const recent = readRecent(stored);
      expect(readRecent(writeRecent(recent))).toEqual(recent);
      expect(recent.length).toBeLessThanOrEqual(mostRecent);
    }),
  );
  // The tone in which it was used stays, and its name is found.
  expect(recentEmoji(['👍🏾', 'no emoji', '🫪'], russian, { version: 12, flags: true })).toEqual([
    { ...russian.people.find(({ text }) => text === '👍'), text: '👍🏾', tonesSince: null },
  ]);
});

test('F70 the keys of the grid stay in it, and each emoji can be reached', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(), (count, place) => {
      const at = place % count;
      for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown']) {
        const to = moved(key, at, count);
        expect(to).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThan(count);
      }
      expect(moved('ArrowUp', at, count)).toBe(at < columns ? null : at - columns);
      expect(moved('a', at, count)).toBe(undefined);
    }),
  );
  expect(rowsOf(all).flat()).toEqual(all);
  expect(moved('ArrowDown', 5, 10)).toBe(9);
  expect(moved('ArrowDown', 9, 10)).toBe(9);
});
