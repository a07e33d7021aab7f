/** The rules of suggestions: what a typed text asks, what is marked, and which responses leave a trace. */
import { indexed, plain, wordsOf } from '#domain/canned/match';
import { gapsIn } from '#domain/canned/variables';
import { plainText } from '#domain/conversation/format';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askedAt, suggest } from '../../app/src/lib/canned/asking.ts';
import { Inserted } from '../../app/src/lib/canned/inserted.ts';
import { excerpt, marked } from '../../app/src/lib/canned/marking.ts';
import { valuesOf } from '../../app/src/lib/canned/values.ts';
import { fold } from '#domain/conversation/conversation';

const responses = [
  { key: 'ret', question: 'How do I return shoes?', answer: 'Send them back within 30 days.' },
  { key: '5days', question: '', answer: 'It takes five days, order #7 too.' },
  { key: 'часы', question: 'Когда вы работаете?', answer: 'Ежедневно с 9 до 21.' },
].map((each, index) => indexed({ ...each, id: `rsp_${index}`, version: 1 }));
/** The suggestions for a text with the caret at `|`. */
const at = (text: string) => {
  const caret = text.indexOf('|');
  const found = suggest(askedAt(text.replace('|', ''), caret), responses);
  return found && { ...found.asked, keys: found.found.map(({ key }) => key) };
};

test('F72 three letters of the only line ask, and the answer replaces the line', () => {
  expect(at('re|')).toBeNull();
  expect(at('ret|')).toEqual({ kind: 'line', query: 'ret', from: 0, to: 3, whole: true, keys: ['ret'] });
  expect(at(' shoes return |')).toMatchObject({ query: 'shoes return', to: 14, keys: ['ret'] });
  expect(at('30 |')).toBeNull();
  expect(at('days|')).toMatchObject({ keys: ['ret', '5days'] });
  expect(at('ЕЖЕДН|')).toMatchObject({ keys: ['часы'], whole: true });
  expect(at('zebra|')).toBeNull();
});

test('F72 several words find keys, questions and the beginnings of answers, not any words within answers', () => {
  expect(at('send them|')).toMatchObject({ whole: true, keys: ['ret'] });
  expect(at('takes five|')).toBeNull();
  expect(at('them back|')).toBeNull();
  expect(at('when вы раб|')).toBeNull();
  expect(at('Вы работ|')).toMatchObject({ keys: ['часы'] });
});

test('F72 in a longer text the line that ends at the caret asks, unless it is a sentence of its own', () => {
  expect(at('Hello!\nret|')).toEqual({
    kind: 'line',
    query: 'ret',
    from: 7,
    to: 10,
    whole: false,
    keys: ['ret'],
  });
  expect(at('ret|\nBye')).toMatchObject({ from: 0, to: 3, whole: false });
  expect(at('\n\nret|\n ')).toMatchObject({ whole: true });
  expect(at('re|t')).toBeNull();
  expect(at(`${'a '.repeat(19)}ret|`)).toBeNull();
});

test('F77 # and a key ask anywhere at the beginning of a word; a number or an unknown key is text', () => {
  expect(at('#|')).toMatchObject({ kind: 'key', query: '', whole: true, keys: ['ret', '5days', 'часы'] });
  expect(at('Hi, #re|')).toEqual({ kind: 'key', query: 're', from: 4, to: 7, whole: false, keys: ['ret'] });
  expect(at('Hi (#ЧАС|) bye')).toMatchObject({ kind: 'key', from: 4, to: 8, keys: ['часы'] });
  expect(at('#shoe|')).toMatchObject({ kind: 'key', keys: ['ret'] });
  // Only the answer has this word.
  expect(at('my #send|')?.kind).not.toBe('key');
  expect(at('Order #7|')?.kind).not.toBe('key');
  expect(at('Order #5|')).toMatchObject({ kind: 'key', keys: ['5days'] });
  for (const text of ['a#ret|', 'it is #|ret', '##ret|', '# ret and more than any response has|'])
    expect(at(text)?.kind).not.toBe('key');
});

test('F72 F77 a question lies in its text, ends at the caret, and is not asked across lines', () => {
  const piece = fc.constantFrom('#', 'ret', ' ', '\n', 'shoes', '(', 'ё', '5', '👟');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(), (pieces, place) => {
      const text = pieces.join('');
      const caret = place % (text.length + 1);
      for (const { kind, query, from, to, whole } of askedAt(text, caret)) {
        const asked = text.slice(from, to);
        expect(to).toBe(caret);
        expect(asked).not.toContain('\n');
        expect(kind === 'key' ? asked : asked.trim()).toBe(kind === 'key' ? `#${query}` : query);
        expect(whole).toBe(text.trim() === asked.trim());
      }
    }),
  );
});

test('F72 the matched parts are marked, with their accents, and the parts are the text', () => {
  const parts = (text: string, query: string) =>
    marked(text, wordsOf(query))
      .map((part) => (part.matched ? `[${part.text}]` : part.text))
      .join('');
  expect(parts('Return shoes, unreturned', 'RET shoe')).toBe('[Ret]urn [shoe]s, unreturned');
  expect(parts('unreturned', 'ret')).toBe('un[ret]urned');
  expect(parts('Ещё Ёлка, Größe', 'еще елк große')).toBe('[Ещё] [Ёлк]а, [Größe]');
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'grapheme', maxLength: 3 }),
      (text, query) => {
        const all = marked(text, wordsOf(query));
        expect(all.map((part) => part.text).join('')).toBe(text);
        for (const { text: part, matched } of all) if (matched) expect(plain(part)).not.toBe('');
      },
    ),
  );
});

test('F72 an excerpt begins at the start of the answer, or near a match that is far from it', () => {
  const far = `${'word '.repeat(30)}the voucher is here`;
  expect(excerpt('Short\n answer', ['short'])).toBe('Short answer');
  expect(excerpt(far, ['word'])).toBe(far.slice(0, 160));
  expect(excerpt(far, ['voucher'])).toBe('…word word word the voucher is here');
});

test('CAN-17 a response leaves a trace while half of its words are in the text, and an emptied draft has none', () => {
  const traces = (inserts: readonly [string, string][], text: string, before = '') => {
    const inserted = new Inserted();
    for (const [id, answer] of inserts) inserted.add(id, answer);
    inserted.typed(before || text);
    return inserted.take(text);
  };
  const answer = 'Send them back within *30* days.';
  expect(traces([['rsp_a', answer]], 'Hi! Please send them back in 30 days')).toEqual(['rsp_a']);
  expect(traces([['rsp_a', answer]], 'Send them')).toEqual([]);
  expect(traces([['rsp_a', answer]], answer, ' \n')).toEqual([]);
  expect(
    traces(
      [
        ['rsp_a', answer],
        ['rsp_b', '👍'],
        ['rsp_a', answer],
      ],
      `${answer} 👍`,
    ),
  ).toEqual(['rsp_b', 'rsp_a']);
  expect(traces([['rsp_b', '👍']], 'yes')).toEqual([]);
  const many = Array.from({ length: 30 }, (_, index): [string, string] => [`rsp_${index}`, 'hello']);
  expect(traces(many, 'hello')).toEqual(many.slice(10).map(([id]) => id));
  const inserted = new Inserted();
  inserted.add('rsp_a', answer);
  expect([inserted.take(answer), inserted.take(answer)]).toEqual([['rsp_a'], []]);
});

test('CAN-23 values bring neither a format nor a variable into a message', () => {
  const chat = {
    ...fold('con_one', []),
    visitor: { id: 'vis_one', name: '**Vera** {{agent}}', blocked: false, here: true },
    page: { url: 'https://shop.example/shoes', title: '[Win](https://evil.example)\nnow' },
    campaign: { id: 'cam_1', name: 'Sales' },
  };
  expect(valuesOf(chat, 'Anna')).toEqual({
    visitor: 'Vera agent',
    agent: 'Anna',
    page: 'Win now',
    campaign: 'Sales',
  });
  expect(
    valuesOf(
      { ...chat, visitor: { ...chat.visitor, name: undefined }, page: { ...chat.page, title: '' } },
      'A',
    ),
  ).toEqual({ visitor: '', agent: 'A', page: 'https://shop.example/shoes', campaign: 'Sales' });
});

test('CAN-23 no format and no variable appears where braces or marks are taken off, or in an address', () => {
  const chat = {
    ...fold('con_one', []),
    visitor: { id: 'vis_one', name: '*{}*Vera*{}*', blocked: false, here: true },
    page: { url: 'https://shop.example/#{{agent}}', title: '' },
    campaign: { id: 'cam_1', name: '_*_Sales_*_' },
  };
  const { visitor = '', page = '', campaign = '' } = valuesOf(chat, 'Anna');
  expect([visitor, campaign].map(plainText)).toEqual([visitor, campaign]);
  expect(page).toBe('https://shop.example/#%7B%7Bagent%7D%7D');
  expect(gapsIn([visitor, page, campaign].join(' '), {})).toEqual([]);
});
