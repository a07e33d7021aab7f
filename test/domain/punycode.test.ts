import { domainToUnicode } from '#domain/base/punycode';
import fc from 'fast-check';
import { domainToUnicode as byNode } from 'node:url';
import { expect, test } from 'vitest';

test('a host’s labels are decoded as by Node, and invalid ones are unchanged', () => {
  const letters = fc.string({ unit: fc.constantFrom(...'abcüßжяβ例子한국ñ-0'), minLength: 1, maxLength: 12 });
  const host = fc.array(letters, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
  let read = 0;
  fc.assert(
    fc.property(host, (name) => {
      if (!URL.canParse(`https://${name}`)) return;
      const { hostname } = new URL(`https://${name}`);
      if (hostname.includes('xn--')) read++;
      expect(domainToUnicode(hostname)).toBe(byNode(hostname));
    }),
    { numRuns: 2_000 },
  );
  expect(read).toBeGreaterThan(100);
  for (const name of ['xn--', 'xn--!', 'xn--99999999999', 'a.xn--ü', ''])
    expect(domainToUnicode(name)).toBe(name);
});
