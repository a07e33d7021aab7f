/** Canned responses: how they are found, and how their variables are filled. */
import { find, indexed, plain, wordsOf } from '#domain/canned/match';
import { fill, gapsIn, variables } from '#domain/canned/variables';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const returns = { key: 'ret', question: 'How do I return shoes?', answer: 'Send them back within 30 days.' };
const refunds = {
  key: 'refund',
  question: 'When is my refund paid?',
  answer: 'Five days after the return arrives.',
};
const hours = { key: 'часы', question: 'Когда вы работаете?', answer: 'Ежедневно с 9 до 21, звоните ещё.' };
const list = [returns, refunds, hours].map(indexed);
const keys = (query: string) => find(list, query, 10).map(({ key }) => key);

test('F77 the key that was typed comes first, then keys that begin with it', () => {
  expect(keys('ret')).toEqual(['ret', 'refund']);
  expect(keys('re')).toEqual(['ret', 'refund']);
  expect(keys('ref')).toEqual(['refund']);
});

test('F78 a word that only the answer contains is found, by a part of it, in any order and in Russian', () => {
  expect(keys('30')).toEqual(['ret']);
  expect(keys('days back')).toEqual(['ret']);
  expect(keys('rriv')).toEqual(['refund']);
  expect(keys('ЕЖЕДН еще')).toEqual(['часы']);
  expect(keys('работ')).toEqual(['часы']);
  expect(keys('days zebra')).toEqual([]);
});

test('F78 the words of a query are found exactly in the responses that contain them all', () => {
  const word = fc.constantFrom('return', 'shoe', 'Größe', 'чек', 'ёлка', '30', 'a');
  const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '));
  const response = fc.record({ key: text, question: text, answer: text });
  fc.assert(
    fc.property(fc.array(response, { maxLength: 12 }), text, (responses, query) => {
      const holds = ({ key, question, answer }: (typeof responses)[number]) =>
        plain(key) === plain(query) ||
        wordsOf(query).every((each) => [key, question, answer].some((part) => plain(part).includes(each)));
      const found = find(responses.map(indexed), query, 100);
      expect(new Set(found)).toEqual(new Set(responses.filter(holds)));
      expect(find(responses.map(indexed), query, 3)).toEqual(found.slice(0, 3));
    }),
  );
});

test('F72 a variable gets its value, else its fallback, else it stays and is marked', () => {
  const text = 'Hello {{visitor|there}}, {{ agent }} here about {{page}}. {{other}} {x}';
  expect(fill(text, { agent: 'Anna' })).toEqual({
    text: 'Hello there, Anna here about {{page}}. {{other}} {x}',
    gaps: [
      { start: 29, end: 37, name: '{{page}}', known: true },
      { start: 39, end: 48, name: '{{other}}', known: false },
    ],
  });
  expect(fill('{{Visitor}}', { visitor: 'Vera' }).text).toBe('Vera');
});

test('CAN-24 gaps are variables without a value and a fallback, and names of no variable outside of code', () => {
  const gaps = (text: string) =>
    gapsIn(text, { agent: 'Anna', visitor: ' ' }).map(({ start, end, name, known }) => {
      expect(text.slice(start, end)).toMatch(/^\{\{.*\}\}$/);
      return known ? name : `not ${name}`;
    });
  expect(gaps('{{agent}} {{visitor|there}} {{page | the shop}}')).toEqual([]);
  expect(gaps('{{ Visitor }} and {{page|}}')).toEqual(['{{visitor}}', '{{page}}']);
  expect(gaps('{{nonsense}}, {{имя|вас}}, {{first_name}}')).toEqual([
    'not {{nonsense}}',
    'not {{имя}}',
    'not {{first_name}}',
  ]);
  // Templates of other software: in a code span, or with anything but a name.
  expect(gaps('Write `<b>{{name}}</b>` or {{#if paid}} or {{ total() }} or {}')).toEqual([]);
  expect(gaps('`a` {{name}} `b`')).toEqual(['not {{name}}']);
});

test('F72 filling twice changes nothing more, and marks exactly what a reader would still have to fill', () => {
  const part = fc.constantFrom(
    '{{visitor}}',
    '{{visitor|you}}',
    '{{page|}}',
    '{{nope}}',
    ' text ',
    '{{',
    '}}',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 10 }), fc.constantFrom('', 'Vera'), (parts, visitor) => {
      const once = fill(parts.join(''), { visitor });
      expect(fill(once.text, { visitor })).toEqual(once);
      expect(gapsIn(once.text, {})).toEqual(once.gaps);
      const source = parts.join('');
      // Braces around a variable make another one of its value.
      if (!source.includes('{{{'))
        expect(gapsIn(source, { visitor }).map(({ name }) => name)).toEqual(
          once.gaps.map(({ name }) => name),
        );
      for (const { start, end, known } of once.gaps) {
        const name: string = once.text.slice(start, end).replace(/[{} ]|\|.*/g, '');
        expect(variables.some((each) => each === name)).toBe(known);
      }
    }),
  );
});
