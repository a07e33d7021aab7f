import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkParts } from '../../widget/frame/links.ts';

const links = (text: string) =>
  linkParts(text).flatMap((part) => (part.href === undefined ? [] : [[part.text, part.href]]));

describe('links in messages', () => {
  it.each([
    ['see https://a.test/b.', 'https://a.test/b'],
    ['(https://a.test/b)', 'https://a.test/b'],
    ['https://a.test/b_(c)', 'https://a.test/b_(c)'],
    ['(see https://a.test/b_(c)), yes', 'https://a.test/b_(c)'],
    ['https://a.test/?q=1&r=2#x!', 'https://a.test/?q=1&r=2#x'],
    ['HTTPS://A.TEST/', 'HTTPS://A.TEST/'],
    ['https://bücher.example/ü', 'https://bücher.example/ü'],
    ['«https://a.test/»', 'https://a.test/»'],
    ['http://localhost:8787/demo', 'http://localhost:8787/demo'],
  ])('finds the address in %j', (text, address) => {
    expect(links(text)).toEqual([[address, new URL(address).href]]);
  });

  it('takes www as https', () => {
    expect(links('go to www.a.test, please')).toEqual([['www.a.test', 'https://www.a.test/']]);
  });

  it.each([
    'javascript:alert(1)',
    'javascript://https://a.test/%0aalert(1)',
    'data:text/html,https',
    'ftp://a.test',
    'mailto:ann@example.com',
    'ann@www.example.com',
    'https://',
    'https://bank.example@evil.example/',
    'https://user:pass@evil.example/',
    'xhttps://a.test',
    'https:// a.test',
    'https://.',
  ])('makes no link of %j', (text) => expect(links(text)).toEqual([]));

  it('an address ends where a character would hide its rest', () => {
    expect(links('https://a.test/\u202egpj.exe')).toEqual([['https://a.test/', 'https://a.test/']]);
  });

  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.constantFrom(
      'https://',
      'http://',
      'www.',
      'javascript:',
      ' ',
      '(',
      ')',
      '.',
      '@',
      '\n',
      '<',
      '"',
      '\u202e',
    ),
  );

  it('holds for any text: all parts together are the text, and a link is http or https', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const parts = linkParts(text);
        expect(parts.map((part) => part.text).join('')).toBe(text);
        for (const { text: shown, href } of parts) {
          if (href === undefined) continue;
          const url = new URL(href);
          expect(['http:', 'https:']).toContain(url.protocol);
          expect(url.username + url.password).toBe('');
          expect(shown).toMatch(/^(https?:\/\/|www\.)\S+$/i);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  // Time that grew with the square of the text would pass the test's time limit many times over.
  it('takes a time that grows with the text alone', () => {
    for (const unit of ['https://', '(', 'www.', 'https://a)', 'https://a.test/((((', '.', ')']) {
      const text = `https://a${unit.repeat(200_000 / unit.length)}`;
      expect(
        linkParts(text)
          .map((part) => part.text)
          .join(''),
      ).toBe(text);
    }
  });
});
