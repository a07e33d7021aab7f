import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pieces } from '../../app/src/lib/chat/links.ts';

const hrefs = (text: string) => pieces(text).flatMap((piece) => piece.href ?? []);

test('the pieces joined are the text, and a link is http or https', () => {
  const texts = fc.array(
    fc.oneof(
      fc.string(),
      fc.constantFrom('http://', 'https://a.b', '(', ')', '.', 'javascript:', ' ', '\n', '*'),
    ),
  );
  fc.assert(
    fc.property(texts, (parts) => {
      const text = parts.join('');
      const found = pieces(text);
      expect(found.map((piece) => piece.text).join('')).toBe(text);
      for (const { href } of found) if (href) expect(new URL(href).protocol).toMatch(/^https?:$/);
    }),
  );
});

test('the punctuation of a sentence is not the address’s', () => {
  expect(
    hrefs('See https://example.com/a. And (https://example.com/b), or https://example.com/c_(d)!'),
  ).toEqual(['https://example.com/a', 'https://example.com/b', 'https://example.com/c_(d)']);
});

test('nothing else is a link', () => {
  expect(hrefs('javascript:alert(1) data:text/html,x www.example.com http:// mailto:a@b.c')).toEqual([]);
});
