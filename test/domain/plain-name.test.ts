import { plainName } from '#domain/people/plain-name';
import fc from 'fast-check';
import { expect, test } from 'vitest';

/** Texts of the pieces that addresses consist of, mixed with any others. */
const pieces = fc.constantFrom(
  ...[
    'http',
    'https://',
    'HTTP:',
    'www.',
    'WWW',
    'evil',
    'test',
    'com',
    '.',
    '..',
    '://',
    '/',
    '\\',
    '@',
    ':',
    ' ',
  ],
  ...[
    '．',
    '｡',
    '。',
    '․',
    '…',
    '：',
    '／',
    '＠',
    'ｗｗｗ',
    '\u200b',
    '\u202e',
    '\ufeff',
    '\n',
    '\r',
    '\t',
    '\u2028',
    '\0',
  ],
  ...[
    '+7 ',
    '800',
    '-',
    '(',
    ')',
    '5550100',
    '٣٣٣٣',
    'é',
    '\u0301',
    'Иван',
    '李',
    '🦊',
    '\ud800',
    'mailto:',
    'tel:',
  ],
);
const hostile = fc.oneof(
  fc.array(pieces, { maxLength: 40 }).map((all) => all.join('')),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.webUrl(),
  fc.emailAddress(),
);

test('a name in a mail contains nothing that a mail client would turn into a link', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const name = plainName(text);
      // No scheme, no address, no host: a dot ends a word or stands alone.
      expect(name).not.toMatch(/[:/\\@]|[.．。｡․]\S|www\./iu);
      expect(name).not.toMatch(/\p{Nd}(?:[\s()+-]*\p{Nd}){6}/u);
      // One line, with nothing invisible.
      expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(Array.from(name).length).toBeLessThanOrEqual(60);
      expect(name).toBe(name.trim());
    }),
    { numRuns: 2_000 },
  );
});

test('removing addresses twice gives the same as once', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(plainName(plainName(text))).toBe(plainName(text));
    }),
    { numRuns: 2_000 },
  );
});

test('a name that is only a name is unchanged', () => {
  const word = fc.stringMatching(/^[A-Za-zÀ-ÖØ-öà-öА-Яа-яёЁ][A-Za-zÀ-Öà-öА-Яа-яё'’-]{0,9}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
      const name = words.join(' ').normalize('NFKC');
      fc.pre(!/www/i.test(name));
      expect(plainName(name)).toBe(name);
    }),
  );
});

test.each([
  ['You won $500 - see http://evil.test', 'You won $500 - see http evil test'],
  ['www.evil.test', 'evil test'],
  ['evil．test', 'evil test'],
  ['ev\u200bil\u202e.test', 'evil test'],
  ['mail me@evil.test', 'mail me evil test'],
  ['Call +7 (800) 555-01-00 now', 'Call + now'],
  ['Acme Inc.', 'Acme Inc.'],
  ['J.R.R. Tolkien', 'J R R. Tolkien'],
  ['Zoë O’Neil-Стоянова 🦊', 'Zoë O’Neil-Стоянова 🦊'],
  ['Line\nbreak', 'Line break'],
  ['://', ''],
])('a name %j becomes %j', (text, name) => {
  expect(plainName(text)).toBe(name);
});
