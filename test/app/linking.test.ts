/** F71 Links in the agent's composer. */
import { inlines, plainText } from '#domain/conversation/format';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { linkMarkup, linkPlace } from '../../app/src/lib/chat/linking.ts';

describe('F71 the markup of a link', () => {
  it.each([
    ['Returns', 'https://shop.example/returns', '[Returns](https://shop.example/returns)'],
    ['Returns', ' shop.example/returns ', '[Returns](https://shop.example/returns)'],
    ['', 'https://shop.example/returns', 'https://shop.example/returns'],
    ['shop.example', 'shop.example', 'https://shop.example'],
    ['https://a.test', 'https://a.test/', 'https://a.test'],
    ['a [b]\nc', 'https://a.test', '[a b c](https://a.test)'],
    ['**b**', 'https://a.test', '[**b**](https://a.test)'],
    ['b', 'https://a.test/b_(c)', '[b](https://a.test/b_(c))'],
    ['b', 'https://a.test/b)', '[b](https://a.test/b%29)'],
    ['b', 'https://a.test/?q[]="x"', '[b](https://a.test/?q%5B%5D=%22x%22)'],
    ['b', 'http://localhost:8787/demo', '[b](http://localhost:8787/demo)'],
  ])('of %j and %j is %j', (label, address, markup) => expect(linkMarkup(label, address)).toBe(markup));

  it.each([
    '',
    'word',
    'javascript:alert(1)',
    'mailto:a@a.test',
    'ftp://a.test',
    'two words.test',
    'https://a@b.test',
  ])('S4 is none for %j', (address) => expect(linkMarkup('text', address)).toBeUndefined());

  it('is one link, whatever the label and the address are', () => {
    const label = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('a', '**b**', '[x]', '`c`', 'a\nb', '*'),
    );
    const address = fc.oneof(fc.webUrl({ withFragments: true, withQueryParameters: true }), fc.string());
    fc.assert(
      fc.property(label, address, (text, url) => {
        const markup = linkMarkup(text, url);
        if (markup === undefined) return;
        expect(inlines(markup)).toMatchObject([{ kind: 'link' }]);
        expect(plainText(markup)).not.toBe('');
      }),
    );
  });
});

test('F71 the place of a link is the one around the caret, or the selection', () => {
  const text = 'see [the page](https://a.test/) or https://b.test/ now';
  expect(linkPlace(text, 8, 8)).toEqual({
    ...{ from: 4, to: 31, label: 'the page', address: 'https://a.test/', exists: true },
  });
  expect(linkPlace(text, 0, 4)).toEqual({ from: 0, to: 3, label: 'see', address: '', exists: false });
  expect(linkPlace(text, 35, 50)).toEqual({
    ...{ from: 35, to: 50, label: '', address: 'https://b.test/', exists: true },
  });
  expect(linkPlace(text, 33, 33)).toEqual({ from: 33, to: 33, label: '', address: '', exists: false });
  expect(linkPlace('a\nb', 0, 3)).toEqual({ from: 3, to: 3, label: '', address: '', exists: false });
  expect(linkPlace('[', 1, 1)).toEqual({ from: 1, to: 1, label: '', address: '', exists: false });
});
