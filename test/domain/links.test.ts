/** Links in messages and a visitor's current page: the host that a reader sees is the host that opens. */
import type { Link } from '#domain/base/links';
import { pageLink } from '#domain/base/page-link';
import { inlines, type Inline } from '#domain/conversation/format';
import { check, isRefusal, PageUrl, webAddress } from '#protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deceptive, honest } from './addresses.ts';

/** The texts and links of a message, in order: marks around them are of no interest here. */
function linkParts(text: string): (Partial<Link> & { text: string })[] {
  const flat = (part: Inline): (Partial<Link> & { text: string })[] => {
    if (typeof part === 'string') return [{ text: part }];
    const { kind, parts, ...link } = part;
    return kind === 'link' ? [{ text: parts.join(''), ...link }] : parts.flatMap(flat);
  };
  return inlines(text).flatMap(flat);
}
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
    ['«https://a.test/»', 'https://a.test/'],
    ['“https://a.test/”', 'https://a.test/'],
    ['https://medium.test/@ann', 'https://medium.test/@ann'],
    ['https://a.test/\u200b', 'https://a.test/'],
    ['http://localhost:8787/demo', 'http://localhost:8787/demo'],
  ])('finds the address in %j', (text, address) => {
    expect(links(text)).toEqual([[address, new URL(address).href]]);
  });

  it('opens www with https', () => {
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

  it.each(deceptive)('S4 makes no link of %j, which looks like another address than it opens', (text) => {
    for (const { text: shown, href } of linkParts(text))
      if (href !== undefined) expect(new URL(href).hostname).toBe(hostRead(shown));
    // White space ends an address: the rest is text.
    if (!/\s/.test(text)) expect(links(text)).toEqual([]);
  });

  it.each([
    ['https://аpple.com/', 'xn--pple-43d.com'],
    ['https://bücher.example/', 'xn--bcher-kva.example'],
    ['https://ｅvil.test/', 'evil.test'],
    ['https://evil。test/', 'evil.test'],
    ['https://сбербанк.com/', 'xn--80abap1arsf.com'],
  ])('shows the host that opens beside %j', (text, host) => {
    expect(linkParts(text)).toEqual([{ text, href: `https://${host}/`, host }]);
  });

  it.each(['https://пример.рф/путь', 'https://例子.中国/'])(
    'shows %j alone: all of it is of one script',
    (text) => {
      expect(linkParts(text)).toEqual([{ text, href: new URL(text).href }]);
    },
  );

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
      '\\',
      '%65',
      'а',
      'bank.example',
      ':80',
    ),
  );

  it('for any text: all parts together are the text without its marks, and a link is http or https', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        // Marks may pair up outside addresses, and then are no text.
        const unmarked = (shown: string) => shown.replace(/[*_`]/g, '');
        const text = pieces.join('').replaceAll('[', '');
        const parts = linkParts(text);
        expect(unmarked(parts.map((part) => part.text).join(''))).toBe(unmarked(text));
        for (const { text: shown, href, host } of parts) {
          if (href === undefined) continue;
          const url = new URL(href);
          expect(['http:', 'https:']).toContain(url.protocol);
          expect(url.username + url.password).toBe('');
          expect(shown).toMatch(/^(https?:\/\/|www\.)\S+$/i);
          expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
          // The host is visible in the text, or beside it.
          expect(host ?? hostRead(shown)).toBe(url.hostname);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  // Quadratic time would exceed the test's time limit many times over.
  it('takes time linear in the length of the text', () => {
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

/** The host that a reader sees in an address: up to the first slash, in lower case. */
function hostRead(shown: string): string {
  const [, host = ''] = /^(?:https?:\/\/)?([^/?#]*)/i.exec(shown) ?? [];
  const name = host.replace(/:\d*$/, '').toLowerCase();
  // Letters of one script other than Latin are shown as they are.
  return /^[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Han}\p{Script=Hangul}\d.-]+$/u.test(name)
    ? new URL(`https://${name}`).hostname
    : name;
}

describe('the page that a visitor is on', () => {
  it.each(deceptive)('S4 %j is refused by the schema, and shown without a link if it is stored', (url) => {
    expect(isRefusal(check(PageUrl, url))).toBe(true);
    expect(pageLink(url)).toBeUndefined();
  });

  it.each(honest)('%j is stored as %j, and shown as %j', (url, href, shown) => {
    expect(check(PageUrl, url)).toBe(href);
    const link = pageLink(url);
    expect([link?.href, `${link?.host}${link?.path}`]).toEqual([href, shown]);
  });

  it('for any address: the host that is shown is the one that opens, and the stored address is normalised', () => {
    const host = fc.oneof(
      fc.domain(),
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.constantFrom(
        'пример.рф',
        'аpple.com',
        'a@b.test',
        '127.1',
        '0x7f.1',
        'a.test:99',
        '例子.中国',
        'ß.de',
      ),
    );
    const rest = fc.oneof(fc.constant(''), fc.string({ unit: 'binary' }), fc.webPath());
    fc.assert(
      fc.property(fc.constantFrom('https://', 'http://', 'HTTP://'), host, rest, (scheme, name, path) => {
        const url = `${scheme}${name}/${path}`;
        const stored = check(PageUrl, url);
        const link = pageLink(url);
        expect(isRefusal(stored) ? undefined : stored).toBe(url.length > 2_000 ? undefined : link?.href);
        if (!link) return;
        expect(new URL(link.href).href).toBe(link.href);
        expect(new URL(`http://${link.host}`).hostname).toBe(new URL(link.href).hostname);
        expect(link.href).toMatch(/^[!-~]+$/);
        expect(link.host + link.path).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Z}]/u);
        // Parsing the result gives the same result.
        expect(webAddress(link.href)).toMatchObject({ href: link.href, unclear: false });
      }),
      { numRuns: 2_000 },
    );
  });
});
