import { merge, type Line, type Room } from '#domain/canned/merge';
import { lengthOf } from '#domain/canned/saving';
import type { CannedResponse, ResponseTexts } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const texts = (key: string, answer: string, question = ''): ResponseTexts => ({ key, question, answer });
const linesOf = (all: readonly ResponseTexts[]): Line[] =>
  all.map((each, index) => ({ line: index + 2, texts: each }));
const storedOf = (all: readonly ResponseTexts[]): CannedResponse[] =>
  all.map((each, index) => ({ id: `rsp_${index}`, ...each, version: 1 }));
const roomOf = (all: readonly ResponseTexts[]): Room => ({
  count: all.length,
  size: all.reduce((sum, each) => sum + lengthOf(each), 0),
});
const always = () => true;

test('CAN-20 a line replaces the response that has its key, and the others are added', () => {
  const before = [texts('hi', 'Hello'), texts('bye', 'Bye'), texts('', 'No key')];
  const lines = linesOf([
    texts('bye', 'Goodbye'),
    texts('new', 'New'),
    texts('hi', 'Hello'),
    texts('', 'No key'),
    texts('', 'Another'),
  ]);
  expect(merge(storedOf(before), lines, roomOf(before), always)).toEqual({
    added: [texts('new', 'New'), texts('', 'Another')],
    changed: [{ id: 'rsp_1', texts: texts('bye', 'Goodbye') }],
    ...{ unchanged: 2, faults: [], repeats: [], count: 5 },
    size:
      roomOf([...before, texts('new', 'New'), texts('', 'Another')]).size + 'Goodbye'.length - 'Bye'.length,
  });
});

test('CAN-21 a key that the file has more often than the forum is ambiguous; in a new forum it is not', () => {
  const before = [texts('hi', 'Hello')];
  const lines = linesOf([texts('hi', 'Hey'), texts('hi', 'Hello'), texts('hi', 'Howdy')]);
  // The line that is the response takes it; which one the others replace is unclear.
  expect(merge(storedOf(before), lines, roomOf(before), always)).toMatchObject({
    ...{ added: [], changed: [], unchanged: 1 },
    faults: [
      { line: 2, fault: 'repeated_key' },
      { line: 4, fault: 'repeated_key' },
    ],
  });
  expect(merge([], lines, roomOf([]), always)).toMatchObject({
    ...{ added: lines.map((line) => line.texts), faults: [] },
    repeats: [
      { line: 3, first: 2 },
      { line: 4, first: 2 },
    ],
  });
});

test('CAN-14 lines that no longer fit are faults, and shorter ones after them are imported', () => {
  const lines = linesOf([texts('a', '12345'), texts('b', '1234567890'), texts('c', '12'), texts('d', '1')]);
  const fits = ({ count, size }: Room) => count <= 2 && size <= 10;
  expect(merge([], lines, roomOf([]), fits)).toEqual({
    ...{ added: [texts('a', '12345'), texts('c', '12')], changed: [], unchanged: 0, repeats: [] },
    ...{ count: 2, size: 9 },
    faults: [
      { line: 3, fault: 'forum_full' },
      { line: 5, fault: 'forum_full' },
    ],
  });
});

const anyTexts = fc.record({
  key: fc.constantFrom('', 'a', 'b', 'c'),
  question: fc.constantFrom('', 'q'),
  answer: fc.constantFrom('1', '2', '3'),
});
const many = fc.array(anyTexts, { maxLength: 12 });
const sorted = (all: readonly ResponseTexts[]) =>
  all.map(({ key, question, answer }) => JSON.stringify([key, question, answer])).sort();

/** The forum after a merge. */
function applied(before: readonly CannedResponse[], { added, changed }: ReturnType<typeof merge>) {
  const after = before.map((each) => ({ ...each, ...changed.find(({ id }) => id === each.id)?.texts }));
  return [...after, ...added];
}

test('CAN-20 CAN-21 each line is imported, unchanged or a fault, and the counts are true', () => {
  fc.assert(
    fc.property(many, many, (before, file) => {
      const rows = storedOf(before);
      const merged = merge(rows, linesOf(file), roomOf(before), always);
      const { added, changed, unchanged, faults } = merged;
      expect(added.length + changed.length + unchanged + faults.length).toBe(file.length);
      expect(new Set(changed.map(({ id }) => id)).size).toBe(changed.length);
      for (const { id, texts: after } of changed)
        expect(rows.find((row) => row.id === id)?.key).toBe(after.key);
      const after = applied(rows, merged);
      expect({ count: merged.count, size: merged.size }).toEqual(roomOf(after));
    }),
  );
});

test('CAN-22 a forum’s own file changes nothing, and fills a new forum with the same responses', () => {
  fc.assert(
    fc.property(many, (before) => {
      const nothing = { added: [], changed: [], faults: [], unchanged: before.length };
      expect(merge(storedOf(before), linesOf(before), roomOf(before), always)).toMatchObject(nothing);
      const copy = merge([], linesOf(before), roomOf([]), always);
      expect([copy.added, copy.faults]).toEqual([before, []]);
    }),
  );
});

test('CAN-20 the same file a second time changes nothing more', () => {
  fc.assert(
    fc.property(many, many, (before, file) => {
      const rows = storedOf(before);
      const first = merge(rows, linesOf(file), roomOf(before), always);
      fc.pre(first.faults.length === 0);
      const after = storedOf(applied(rows, first));
      expect(merge(after, linesOf(file), roomOf(after), always)).toMatchObject({
        ...{ added: [], changed: [], faults: [] },
      });
      expect(sorted(after)).toEqual(expect.arrayContaining(sorted(file)));
    }),
  );
});

test('CAN-19 a file that repeats a key thousands of times is merged in time', () => {
  const same = texts('hi', 'Hello');
  // Eight times the limits: work that grows with the product of both would exceed the time of a test many times.
  const stored = storedOf(Array.from({ length: 40_000 }, () => same));
  const lines = linesOf(Array.from({ length: 160_000 }, () => same));
  const merged = merge(stored, lines, roomOf(stored), always);
  expect([merged.unchanged, merged.faults.length]).toEqual([40_000, 120_000]);
});
