/**
 * The ids of features, invariants and tests that comments, titles and documents cite: each is explained on one page
 * (test/README.md), and that page explains no other. Rules of the protocol (`CON-12`) have a test of their own,
 * test/protocol/rules.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { textsOf } from '../../bin/texts.mjs';
import { citingFiles, read, tableRows, type Page } from '../protocol/document.ts';

const page = read('test/README.md');
const listed = tableRows(page).flatMap(([cell = '']) => /^\**([A-Z]\d{1,3})\**$/.exec(cell)?.[1] ?? []);

/** Names of the same form that are no ids: a database, a display server. */
const otherNames = ['D1', 'X11'];

/** The ids in a text. A range (`F38 to F43`, `I1-I5`) cites each of its ids. */
function idsIn(text: string): string[] {
  const range = /(?<![\w%#.-])([A-Z])(\d{1,3})(?:(?: to |[-–])\1(\d{1,3}))?(?![\w-])/g;
  return [...text.matchAll(range)].flatMap(([, kind = '', from, to = from]) => {
    const [first, last] = [Number(from), Number(to)];
    const ids = Array.from({ length: last - first + 1 }, (_, index) => `${kind}${first + index}`);
    return ids.filter((id) => !otherNames.includes(id));
  });
}

/** The ids that begin a string: a case in a table, a line of output. The path of an icon (`d="M2 7"`) is skipped. */
const stringStart = /(?<!\bd=)["'`]((?:(?:[A-Z]\d{1,3}|[A-Z]{3}-\d+):? )+)/g;

/** The ids that a file cites: anywhere in a document, else in comments, titles of tests and starts of strings. */
function idsOf({ path, lines }: Page): string[] {
  const source = lines.join('\n');
  if (path.endsWith('.md')) return idsIn(source);
  const texts = textsOf(path, source).map(({ text }) => text);
  const starts = [...source.matchAll(stringStart)].map(([, start = '']) => start);
  return [...new Set([...texts, ...starts].flatMap(idsIn))];
}

/** Neither the page nor this test, whose examples cite nothing. */
const own = [page.path, 'test/words/ids.test.ts'];
const files = citingFiles().filter(({ path }) => !/\.(?:css|html|json)$/.test(path) && !own.includes(path));
const cited = files.flatMap((file) => idsOf(file).map((id) => ({ id, path: file.path })));

test('every id that code, a test or a document cites is explained on the page', () => {
  expect(listed.length).toBeGreaterThan(0);
  const known = new Set(listed);
  const missing = cited.filter(({ id }) => !known.has(id)).map(({ id, path }) => `${path} ${id}`);
  expect(missing).toEqual([]);
});

test('every id of the page is cited', () => {
  const known = new Set(cited.map(({ id }) => id));
  expect(listed.filter((id) => !known.has(id))).toEqual([]);
});

test('the page explains each id once, in the order of the numbers', () => {
  const number = (id: string) => Number(id.slice(1));
  const ordered = [...'FIRLS'].flatMap((kind) =>
    [...new Set(listed)].filter((id) => id.startsWith(kind)).sort((a, b) => number(a) - number(b)),
  );
  expect(listed).toEqual(ordered);
});

describe('citations', () => {
  test.each([
    ['a comment', 'a.ts', '// A user without chats (F6).', ['F6']],
    [
      'a comment of a component',
      'a.svelte',
      '<!-- An offline agent (F19). --><path d="M2 7l2 2" />',
      ['F19'],
    ],
    [
      'a range',
      'a.ts',
      '/** The methods (F164 to F166), I1-I3. */',
      ['F164', 'F165', 'F166', 'I1', 'I2', 'I3'],
    ],
    ['a title', 'a.test.ts', "test('S9 SGN-8 I14: a session', () => {});", ['S9', 'I14']],
    ['the name of a case', 'a.test.ts', "const cases = [['I5 CON-1 a gap', 'V3']];", ['I5']],
    ['a line of output', 'a.ts', 'print(`R13 seed ${seed}: L1`);', ['R13']],
    ['a document', 'A.md', 'Titles begin with `F16` or `CON-4`.', ['F16']],
    ['no rule, hash, code or version', 'a.ts', "// CON-12, SHA-1, #F00, %E2, x.F1, ES2022; 'R1x'", []],
  ])('%s', (_, path, source, ids) => {
    expect(idsOf({ path, lines: source.split('\n') })).toEqual(ids);
  });
});
