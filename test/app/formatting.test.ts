/** F71 Bold, italic and code in the agent's composer, by buttons and keys. `[` and `]` enclose the selection. */
import { inlines, plainText, type Inline } from '#domain/conversation/format';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { styleOf, toggled, type Edit, type Style } from '../../app/src/lib/chat/formatting.ts';

const apply = (text: string, { from, to, text: written }: Edit) =>
  text.slice(0, from) + written + text.slice(to);

/** Toggles a style in a text whose selection is marked, and marks the selection in the result. */
function press(marked: string, style: Style): string {
  const start = marked.search(/[[|]/);
  const end = marked.includes('|') ? start : marked.indexOf(']') - 1;
  const text = marked.replace(/[[\]|]/g, '');
  const edit = toggled(text, start, end, style);
  const next = apply(text, edit);
  const inside = next.slice(edit.start, edit.end);
  const signed = edit.start === edit.end ? '|' : `[${inside}]`;
  return next.slice(0, edit.start) + signed + next.slice(edit.end);
}

describe('F71 a style is switched on and off', () => {
  it.each<[Style, string, string]>([
    ['bold', 'a [word] b', 'a **[word]** b'],
    ['bold', 'a **[word]** b', 'a [word] b'],
    ['bold', 'a [**word**] b', 'a [word] b'],
    ['bold', '[ spaces ]', ' **[spaces]** '],
    ['italic', '[word]', '_[word]_'],
    ['italic', '*[word]*', '[word]'],
    ['code', '[x*y]', '`[x*y]`'],
    ['code', '`[x*y]`', '[x*y]'],
    ['bold', '_[word]_', '_**[word]**_'],
    ['italic', '**_[word]_**', '**[word]**'],
    ['bold', '***[word]***', '*[word]*'],
    ['italic', '***[word]***', '**[word]**'],
    ['bold', '**one [two] three**', 'one [two] three'],
    ['bold', '[**one** two]', '**[one two]**'],
    ['bold', '[one\ntwo]', '**[one**\n**two]**'],
    ['bold', '**[one**\n**two]**', '[one\ntwo]'],
    ['bold', '**[one**\n\ntwo]', '**[one**\n\n**two]**'],
    ['bold', 'un[believ]able', '**[unbelievable]**'],
    ['italic', 'see:[this].', '_[see:this]_.'],
    ['bold', 'before\n[after]', 'before\n**[after]**'],
    ['bold', '\n[a]', '\n**[a]**'],
  ])('%s: %j becomes %j', (style, before, after) => expect(press(before, style)).toBe(after));

  it.each<[Style, string, string]>([
    ['bold', 'a wo|rd b', 'a **wo|rd** b'],
    ['bold', 'a **wo|rd** b', 'a wo|rd b'],
    ['bold', 'word|', '**word|**'],
    ['bold', '**word|**', '**word**|'],
    ['bold', '|', '**|**'],
    ['bold', '**|**', '|'],
    ['italic', 'a | b', 'a _|_ b'],
    ['italic', '**|**', '**_|_**'],
  ])('%s at the caret: %j becomes %j', (style, before, after) => expect(press(before, style)).toBe(after));

  it('of any text it keeps the plain text, and a second press shows what was there', () => {
    const stylesOf = (parts: readonly Inline[], on: readonly string[] = []): string[] =>
      parts.flatMap((part) =>
        typeof part === 'string'
          ? [...part].map((char) => `${char}${[...new Set(on)].sort().join()}`)
          : stylesOf(part.parts, [...on, part.kind]),
      );
    const word = fc.constantFrom(
      'one',
      'two',
      'я',
      'x_y',
      '5',
      '**b**',
      '_i_',
      '`c`',
      '\n',
      'a,',
      '(b)',
      'https://a.test/_b_',
    );
    const texts = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' '));
    const style = fc.constantFrom<Style>('bold', 'italic', 'code');
    fc.assert(
      fc.property(texts, fc.nat(), fc.nat(), style, (text, a, b, toggledStyle) => {
        const [start = 0, end = 0] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y);
        fc.pre(start < end);
        const once = toggled(text, start, end, toggledStyle);
        const next = apply(text, once);
        expect(plainText(next)).toBe(plainText(text));
        expect(once.start).toBeLessThanOrEqual(once.end);
        expect(once.end).toBeLessThanOrEqual(next.length);
        // A text that had none of the style has none again.
        if (stylesOf(inlines(text)).some((each) => each.includes(toggledStyle))) return;
        if (once.start === once.end) return;
        const twice = toggled(next, once.start, once.end, toggledStyle);
        expect(stylesOf(inlines(apply(next, twice)))).toEqual(stylesOf(inlines(text)));
      }),
      { numRuns: 1_000 },
    );
  });
});

test('F71 Ctrl or Cmd with B, I, E and K, in every keyboard layout', () => {
  const plain = { key: 'b', code: 'KeyB', ctrlKey: true, metaKey: false, shiftKey: false, altKey: false };
  expect(styleOf(plain)).toBe('bold');
  expect(styleOf({ ...plain, ctrlKey: false, metaKey: true, key: 'I', code: 'KeyI' })).toBe('italic');
  expect(styleOf({ ...plain, key: 'e', code: 'KeyE' })).toBe('code');
  expect(styleOf({ ...plain, key: 'k', code: 'KeyK' })).toBe('link');
  // Russian: the physical key. Dvorak: the letter.
  expect(styleOf({ ...plain, key: 'и' })).toBe('bold');
  expect(styleOf({ ...plain, code: 'KeyN' })).toBe('bold');
  expect(styleOf({ ...plain, key: 'x', code: 'KeyB' })).toBeUndefined();
  for (const other of [{ ctrlKey: false }, { metaKey: true }, { shiftKey: true }, { altKey: true }])
    expect(styleOf({ ...plain, ...other })).toBeUndefined();
});
