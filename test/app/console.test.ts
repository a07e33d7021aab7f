import { AllowedOrigin, check, isRefusal } from '#protocol';
import fc from 'fast-check';
import { generatePassword, strengthOf } from '../../app/src/routes/(signed-in)/console/users/passwords.ts';
import { expect, test } from 'vitest';
import {
  contrast,
  contrastHint,
  textOn,
} from '../../app/src/routes/(signed-in)/console/campaigns/contrast.ts';
import { embedCode } from '../../app/src/routes/(signed-in)/console/websites/embed.ts';
import { errorText, parseOrigins } from '../../app/src/routes/(signed-in)/console/websites/origins.ts';

test('F8 the code to embed is one script tag', () => {
  expect(embedCode('https://chat.example.com', 'sit_1')).toBe(
    '<script async src="https://chat.example.com/widget.js?site=sit_1"></script>',
  );
});

test('origins are tidied, and what is wrong is told by its line', () => {
  const text =
    ' https://Shop.Example.com/ \n\nexample.com\nhttps://a.example/path\nhttps://shop.example.com\nftp://x.example';
  const { origins, errors } = parseOrigins(text);
  expect(origins).toEqual(['https://shop.example.com']);
  expect(errors.map(({ line }) => line)).toEqual([3, 4, 6]);
  expect(errorText(errors)).toContain('Line 3: begin with https://');
  expect(errorText([])).toBeUndefined();
});

test('what is taken, the server takes', () => {
  const given = fc.constantFrom(
    'https://*.a.example',
    'http://localhost:8787',
    'https://*',
    'https://a.example/b',
  );
  const lines = fc.array(fc.oneof(fc.string(), given), { maxLength: 6 });
  fc.assert(
    fc.property(lines, (list) => {
      const { origins } = parseOrigins(list.join('\n'));
      for (const origin of origins) expect(isRefusal(check(AllowedOrigin, origin))).toBe(false);
      expect(new Set(origins).size).toBe(origins.length);
    }),
  );
});

test('words on any colour can be read', () => {
  const colors = fc
    .integer({ min: 0, max: 0xffffff })
    .map((value) => `#${value.toString(16).padStart(6, '0')}`);
  fc.assert(fc.property(colors, (color) => contrast(color, textOn(color)) >= 4.5));
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrastHint('#fff7cc')).toContain('hard to see');
  expect(contrastHint('#1f5eff')).not.toContain('hard to see');
});

test('F185 a generated password is long, new each time, and strong; what is easy to guess is called so', () => {
  const made = Array.from({ length: 200 }, generatePassword);
  expect(new Set(made).size).toBe(200);
  for (const password of made) {
    expect(password).toMatch(/^(?:[A-Za-z2-9]{5}-){3}[A-Za-z2-9]{5}$/);
    expect(password).not.toMatch(/[Il0O1]/);
    expect(strengthOf(password)).toBe('strong');
  }
  const said = ['abc', 'aaaaaaaaaaaa', 'abcdefghij', '12345678', 'Tr0ub4dor', 'correct horse battery'];
  expect(said.map(strengthOf)).toEqual(['short', 'weak', 'weak', 'weak', 'fair', 'fair']);
});
