import { isGone, isRestorable, restorableFor, undoFor } from '#domain/canned/removal';
import { save, textsOf, type Saving, type StoredResponse } from '#domain/canned/saving';
import type { ResponseBody, ResponseTexts } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const now = 1_000_000;
const texts: ResponseTexts = { key: 'k', question: 'q', answer: 'a' };
const stored = (more: Partial<StoredResponse> = {}): StoredResponse => ({
  ...{ id: 'rsp_1', ...texts, version: 3, edit: 'first', previous: null, deletedAt: null },
  ...more,
});
const body = (more: Partial<ResponseBody> = {}): ResponseBody => ({
  ...{ ...texts, answer: 'b', version: 3, edit: 'second' },
  ...more,
});

test.each<[string, StoredResponse | null, ResponseBody, Saving]>([
  [
    'CAN-7 a new response is added',
    null,
    body({ version: 0 }),
    {
      kind: 'added',
      saved: { ...texts, answer: 'b', version: 1, edit: 'second', previous: null },
    },
  ],
  ['CAN-8 a response that never was cannot be changed', null, body(), { kind: 'removed' }],
  [
    'CAN-10 the first save of a visit stores the texts before it',
    stored(),
    body(),
    {
      ...{ kind: 'changed', begins: true },
      saved: { ...texts, answer: 'b', version: 4, edit: 'second', previous: texts },
    },
  ],
  [
    'CAN-10 a later save of the visit keeps the texts before it',
    stored({ edit: 'second', previous: { ...texts, answer: 'z' } }),
    body(),
    {
      ...{ kind: 'changed', begins: false },
      saved: { ...texts, answer: 'b', version: 4, edit: 'second', previous: { ...texts, answer: 'z' } },
    },
  ],
  ['CAN-8 an old version is a conflict', stored({ version: 4 }), body(), { kind: 'conflict' }],
  ['CAN-8 an id that is in use is a conflict', stored(), body({ version: 0 }), { kind: 'conflict' }],
  ['CAN-9 the same texts change nothing', stored(), body({ answer: 'a', version: 1 }), { kind: 'unchanged' }],
  [
    'CAN-11 a removed response is not changed, as long as it can be restored',
    stored({ deletedAt: now - 9_999 }),
    body({ version: 0 }),
    { kind: 'removed' },
  ],
  [
    'CAN-12 after that it counts as absent',
    stored({ deletedAt: now - 10_000 }),
    body({ version: 0 }),
    { kind: 'added', saved: { ...texts, answer: 'b', version: 1, edit: 'second', previous: null } },
  ],
])('%s', (_, before, given, saving) => {
  expect(save(before, given, now)).toEqual(saving);
});

test.each([
  [0, true, 10_000],
  [9_900, true, 100],
  [9_999, true, 1],
  [10_000, false, 0],
  [10_100, false, 0],
  // A clock that was set back extends nothing.
  [-5_000, true, 10_000],
])('F80 %d ms after a removal', (passed, can, left) => {
  expect(isRestorable(now, now + passed)).toBe(can);
  expect(isGone({ deletedAt: now }, now + passed)).toBe(!can);
  expect(restorableFor(now, now + passed)).toBe(left);
  expect(undoFor).toBe(10_000);
});

/** A client as it saves: with the version that it knows, in its visit to the editor. */
interface Editor {
  known: number;
  readonly edit: string;
}

test('CAN-8 CAN-10 two editors lose no text unseen, and previous is the text before the visit', () => {
  const step = fc.record({
    who: fc.constantFrom(0, 1),
    answer: fc.constantFrom('a', 'b', 'c'),
    reads: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const editors: Editor[] = [
        { known: 3, edit: 'one' },
        { known: 3, edit: 'two' },
      ];
      let row = stored();
      let beforeVisit: ResponseTexts | null = null;
      for (const { who, answer, reads } of steps) {
        const editor = editors[who] as Editor;
        if (reads) editor.known = row.version;
        const saving = save(row, body({ answer, version: editor.known, edit: editor.edit }), now);
        if (row.answer === answer) expect(saving).toEqual({ kind: 'unchanged' });
        else if (editor.known !== row.version) expect(saving).toEqual({ kind: 'conflict' });
        if (saving.kind !== 'changed') continue;
        if (row.edit !== editor.edit) beforeVisit = textsOf(row);
        expect(saving.saved).toEqual({
          ...{ ...texts, answer, version: row.version + 1, edit: editor.edit, previous: beforeVisit },
        });
        row = { ...row, ...saving.saved };
        editor.known = row.version;
      }
    }),
  );
});
