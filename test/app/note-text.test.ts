/** Mentions in the text of a note. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mentionsIn, noteParts, queryAt, withMention } from '../../app/src/lib/chat/note-text.ts';

const anna = { id: 'usr_anna', name: 'Анна Петрова' };
const annaB = { id: 'usr_annab', name: 'Анна' };
const ben = { id: 'usr_ben', name: 'Ben Okafor' };
const colleagues = [annaB, anna, ben];

test('CMD-29 the parts of a note are its whole text, and each mention is an @ with a name', () => {
  const word = fc.constantFrom(
    '@Анна',
    '@Анна Петрова',
    '@Ben Okafor',
    '@Ben',
    '@',
    ' ',
    '\n',
    'text',
    'a@b.c',
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const text = words.join('');
      const parts = noteParts(text, colleagues);
      expect(parts.map((part) => part.text).join('')).toBe(text);
      for (const { text: shown, mention } of parts) if (mention) expect(shown).toBe(`@${mention.name}`);
    }),
  );
});

test('CMD-29 the longer of two names is mentioned, and a longer word is none', () => {
  expect(noteParts('@Анна Петрова, @Анна!', colleagues)).toEqual([
    { text: '@Анна Петрова', mention: anna },
    { text: ', ' },
    { text: '@Анна', mention: annaB },
    { text: '!' },
  ]);
  expect(noteParts('@Аннабель', colleagues)).toEqual([{ text: '@Аннабель' }]);
  expect(noteParts('no mention')).toEqual([{ text: 'no mention' }]);
});

test('CMD-29 only colleagues whose names are still in the text are mentioned, each once', () => {
  expect(mentionsIn('@Ben Okafor and @Ben Okafor', [ben, anna, ben])).toEqual([ben]);
  expect(mentionsIn('nobody', colleagues)).toEqual([]);
});

test.each([
  ['@', 1, { from: 0, query: '' }],
  ['Hi @ан', 6, { from: 3, query: 'ан' }],
  ['(@ben ok', 8, { from: 1, query: 'ben ok' }],
  ['@ben  and', 9, null],
  ['@ ben', 5, null],
  ['@ben\nnext', 9, null],
  ['ben@example.com', 15, null],
  ['@ben and more', 4, { from: 0, query: 'ben' }],
])('a name is searched for after an @: “%s” at %d', (text, caret, found) => {
  expect(queryAt(text, caret)).toEqual(found);
});

test('a chosen name replaces the typed part, and the caret is behind the space after it', () => {
  expect(withMention('Hi @be, ok?', { from: 3, caret: 6, name: 'Ben' })).toEqual({
    text: 'Hi @Ben , ok?',
    caret: 8,
  });
  expect(withMention('@be ok', { from: 0, caret: 3, name: 'Ben' })).toEqual({ text: '@Ben ok', caret: 5 });
});
