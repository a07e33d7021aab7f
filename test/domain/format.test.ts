/** The format of a message's text (FMT): one parser for every screen. */
import { inlines, plainText, type Inline } from '#domain/conversation/format';
import { maxTextLength } from '#protocol';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { read, tableRows } from '../protocol/document.ts';

const bold = (...parts: Inline[]): Inline => ({ kind: 'bold', parts });
const italic = (...parts: Inline[]): Inline => ({ kind: 'italic', parts });
const code = (text: string): Inline => ({ kind: 'code', parts: [text] });
const link = (href: string, ...parts: Inline[]): Inline => ({ kind: 'link', href, parts });
const linkTo = (host: string, href: string, ...parts: Inline[]): Inline => ({
  ...{ kind: 'link', href, host, parts },
});

const textOf = (parts: readonly Inline[]): string =>
  parts.map((part) => (typeof part === 'string' ? part : textOf(part.parts))).join('');
const depthOf = (parts: readonly Inline[]): number =>
  Math.max(0, ...parts.map((part) => (typeof part === 'string' ? 0 : 1 + depthOf(part.parts))));
const linksOf = (parts: readonly Inline[]): Inline[] =>
  parts.flatMap((part) =>
    typeof part === 'string' ? [] : [...(part.kind === 'link' ? [part] : []), ...linksOf(part.parts)],
  );

describe('FMT marks', () => {
  it.each<[string, Inline[]]>([
    ['**bold**', [bold('bold')]],
    ['*italic*', [italic('italic')]],
    ['_italic_', [italic('italic')]],
    ['`code`', [code('code')]],
    ['a **b** c', ['a ', bold('b'), ' c']],
    ['(**b**), «_i_», "*i*"!', ['(', bold('b'), '), «', italic('i'), '», "', italic('i'), '"!']],
    ['**важно**: _ё_', [bold('важно'), ': ', italic('ё')]],
    ['**a _b_ c**', [bold('a ', italic('b'), ' c')]],
    ['_a **b**_', [italic('a ', bold('b'))]],
    ['***a***', [bold(italic('a'))]],
    ['***a** b*', [italic(bold('a'), ' b')]],
    ['***a* b**', [bold(italic('a'), ' b')]],
    ['**a *b***', [bold('a ', italic('b'))]],
    ['*a **b***', [italic('a ', bold('b'))]],
    ['**_a_**_b_', [bold(italic('a')), italic('b')]],
    ['*a _b_*', [italic('a ', italic('b'))]],
    ['**.env** and _.5_', [bold('.env'), ' and ', italic('.5')]],
    ['**a\\**', [bold('a\\')]],
    ['one\n**two**\nthree', ['one\n', bold('two'), '\nthree']],
    ['**f(`x`)**', [bold('f(', code('x'), ')')]],
    ['**see `x * y`**', [bold('see ', code('x * y'))]],
    ['`**not bold**`', [code('**not bold**')]],
    ['`.env`, `*.ts`', [code('.env'), ', ', code('*.ts')]],
    ['`a`b`', [code('a`b')]],
    ['**`a`**', [bold(code('a'))]],
  ])('FMT-2 FMT-3 FMT-4 FMT-5 %j', (text, tree) => expect(inlines(text)).toEqual(tree));

  it.each([
    '',
    '2*3*4 and 2 * 3 * 4',
    'snake_case_name and __init__ and _private',
    '_private and _other',
    'f(*args, **kwargs)',
    'int *p, *q; (*p)->x; (*q)->y; char **argv',
    'COUNT(*), SUM(*)',
    '*.js,*.ts and **/*.svelte',
    'use "*" or "*"',
    '*nix and *BSD',
    '* one\n* two\n*three\n*four',
    '*100# or *105*1234#',
    'hotels 3*, 4* and 5*',
    '*** Important ***',
    '****Important****',
    'Price* without tax',
    '(*_*) -_- ^_^ T_T >_< o_o ._.',
    ':* kiss :* and ;*) and ;*)',
    '/* comment */ and /** doc */',
    'f*** you and **** too',
    '*f*** you',
    '**a***',
    '**a\nb**',
    '`a\nb`',
    'it`s what you don`t',
    '``quoted`` and ```fenced```',
    '` a `',
    '** a **',
    '**',
    '_____',
    '*',
    'a**b**c',
    '**a*',
    '_a*',
    '*️⃣*️⃣ and *️⃣x*️⃣',
  ])('FMT-3 FMT-4 FMT-6 FMT-7 leaves %j as it is', (text) =>
    expect(inlines(text)).toEqual(text === '' ? [] : [text]),
  );

  it('FMT-8 the nearest opening mark counts, and a mark that is left over is text', () => {
    expect(inlines('**a **b** c')).toEqual(['**a ', bold('b'), ' c']);
    expect(inlines('**a *b** c*')).toEqual([bold('a *b'), ' c*']);
    expect(inlines('***a**')).toEqual(['*', bold('a')]);
  });
});

describe('FMT links', () => {
  const shop = 'https://shop.example/returns';

  it.each<[string, Inline[]]>([
    [`see ${shop}.`, ['see ', link(shop, shop), '.']],
    [`**${shop}**`, [bold(link(shop, shop))]],
    ['https://a.test/_x_/*y*', [link('https://a.test/_x_/*y', 'https://a.test/_x_/*y'), '*']],
    [`[Returns](${shop})`, [linkTo('shop.example', shop, 'Returns')]],
    [`**[Returns](${shop}), please**`, [bold(linkTo('shop.example', shop, 'Returns'), ', please')]],
    [
      `[the _new_ \`page\`](${shop})`,
      [linkTo('shop.example', shop, 'the ', italic('new'), ' ', code('page'))],
    ],
    ['[b](https://a.test/b_(c)),d', [linkTo('a.test', 'https://a.test/b_(c)', 'b'), ',d']],
    [`[${shop}](${shop})`, [link(shop, shop)]],
    [`[shop.example/returns](${shop})`, [link(shop, 'shop.example/returns')]],
    ['[Возврат](https://пример.рф/)', [linkTo('пример.рф', new URL('https://пример.рф/').href, 'Возврат')]],
    ['[a](HTTPS://A.test)', [linkTo('a.test', 'https://a.test/', 'a')]],
    ['[1] [a](https://a.test/)', ['[1] ', linkTo('a.test', 'https://a.test/', 'a')]],
    [`\`[Returns](${shop})\``, [code(`[Returns](${shop})`)]],
  ])('FMT-10 FMT-11 FMT-14 %j', (text, tree) => expect(inlines(text)).toEqual(tree));

  it.each([
    ['[https://bank.example](https://evil.example/)', 'evil.example'],
    ['[bank.example](https://evil.example//bank.example)', 'evil.example'],
    ['[bank.example](https://bank.example.evil.example)', 'bank.example.evil.example'],
    ['[https://www.bank.example/login](https://evil.example)', 'evil.example'],
    ['[аpple.com](https://аpple.com)', 'xn--pple-43d.com'],
    ['[\u202eelpmaxe.knab](https://evil.example)', 'evil.example'],
  ])('S4 FMT-14 FMT-15 %j shows the host that opens', (text, host) => {
    expect(inlines(text)).toMatchObject([{ kind: 'link', host }]);
  });

  it.each([
    '[a](javascript:alert(1))',
    '[a](data:text/html,x)',
    '[a](ftp://a.test)',
    '[a](mailto:a@a.test)',
    '[a](//evil.example)',
    '[a](/relative)',
    '[a] (https://)',
    '[a](https://)',
    '[a]()',
    '[](https://)',
    '[a](',
    '[a',
  ])('S4 FMT-11 FMT-13 makes no link of %j', (text) => expect(inlines(text)).toEqual([text]));

  it.each([
    ['[ ](https://evil.example)', 'https://evil.example'],
    ['[\u200b](https://evil.example)', 'https://evil.example'],
    ['[a\nb](https://evil.example)', 'https://evil.example'],
    ['[a](https://evil.example', 'https://evil.example'],
  ])('S4 FMT-12 of %j only the bare address is a link', (text, address) => {
    expect(linksOf(inlines(text))).toEqual([link(`${address}/`, address)]);
    expect(plainText(text)).toBe(text);
  });
});

describe('FMT plain text', () => {
  it('FMT-9 is the text of the tree', () => {
    expect(plainText('**Hi** _you_, `x*y`, [here](https://a.test) or https://a.test/_b_\n*2*')).toBe(
      'Hi you, x*y, here or https://a.test/_b_\n2',
    );
  });
});

test('FMT-9 the examples of the protocol’s page have the plain text that it names', () => {
  const code = (cell = '') => /^(`+)(.*)\1$/.exec(cell)?.[2]?.trim();
  const lines = read('worker/protocol/conversation/PROTOCOL.md').lines;
  const section = lines.slice(
    lines.indexOf('## Format of a message'),
    lines.indexOf("## The visitor's view"),
  );
  const rows = tableRows({ path: '', lines: section }).flatMap(([text, , plain]) => {
    const [typed, shown] = [code(text), code(plain)];
    return typed === undefined || shown === undefined ? [] : [[typed, shown] as const];
  });
  expect(rows.length).toBeGreaterThan(4);
  expect(rows.map(([typed]) => plainText(typed))).toEqual(rows.map(([, shown]) => shown));
});

describe('FMT any text', () => {
  const piece = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom('*', '**', '***', '_', '`', '[', '](', ')', '(', ' ', '\n', '"'),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom('a', 'snake_case', 'x*y', 'https://a.test/_b_', 'www.a.test', '🎉', 'я'),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('[a](https://a.test)', '**b**', '_i_', '`c`', 'javascript:', '\u202e'),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
  );
  const anyText = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));

  it('S4 gives a shallow tree whose text is the plain text, with safe links and no link in a link', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const tree = inlines(text);
        expect(textOf(tree)).toBe(plainText(text));
        expect(depthOf(tree)).toBeLessThanOrEqual(8);
        for (const each of linksOf(tree)) {
          if (typeof each === 'string') continue;
          expect(each.href).toMatch(/^https?:\/\/[!-~]+$/);
          expect(linksOf(each.parts)).toEqual([]);
          expect(textOf(each.parts).trim()).not.toBe('');
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('plain text adds nothing, keeps the order, and without labelled links loses marks alone', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let at = -1;
        for (const char of plainText(text)) expect((at = text.indexOf(char, at + 1))).not.toBe(-1);
        const unlinked = text.replaceAll('[', '');
        expect(plainText(unlinked).replace(/[*_`]/g, '')).toBe(unlinked.replace(/[*_`]/g, ''));
      }),
      { numRuns: 5_000 },
    );
  });

  it('keeps text without the characters of the markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const clean = text.replace(/[*_`[]/g, '');
        expect(plainText(clean)).toBe(clean);
      }),
    );
  });

  it('shows formatted words as they are within any plain neighbours', () => {
    const words = fc.stringMatching(/^[a-zа-я0-9]+( [a-zа-я0-9]+)*$/);
    fc.assert(
      fc.property(words, words, words, (left, middle, right) => {
        expect(inlines(`${left} **${middle}** ${right}`)).toEqual([`${left} `, bold(middle), ` ${right}`]);
        expect(inlines(`(_${middle}_), ${right}`)).toEqual(['(', italic(middle), `), ${right}`]);
        expect(inlines(`${left} \`${middle}\``)).toEqual([`${left} `, code(middle)]);
      }),
    );
  });

  // Quadratic time would exceed the test's time limit many times over.
  it('L3 takes time linear in the length of the text', () => {
    const units = [
      '*',
      '_',
      '`',
      '[',
      '**a ',
      '*a',
      ' *a',
      '(*',
      'a*)',
      ' `a',
      '` ',
      '[a](https://',
      '[a](https://a(',
    ];
    for (const unit of [
      ...units,
      '[a]',
      'www.',
      'https://',
      ' _a *b **c',
      'https://a.test/*_',
      '"*"_a_ ',
      '***a',
    ]) {
      const text = unit.repeat(400_000 / unit.length);
      expect(textOf(inlines(text))).toBe(plainText(text));
    }
    const longest = '*a **b _c `d` [e](https://f.test) '.repeat(maxTextLength).slice(0, maxTextLength);
    expect(textOf(inlines(longest))).toBe(plainText(longest));
  });
});
