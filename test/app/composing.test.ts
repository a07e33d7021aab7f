import { check, isRefusal, MessageText } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Composition, countShown, mayBeSent, remaining, sends } from '../../app/src/lib/chat/composing.ts';

const enter = {
  key: 'Enter',
  keyCode: 13,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  isComposing: false,
};

test('F69 Enter sends, and Shift+Enter inserts a line break', () => {
  expect(sends(enter)).toBe(true);
  expect(sends({ ...enter, shiftKey: true })).toBe(false);
  expect(sends({ ...enter, key: 'a' })).toBe(false);
});

test('F69 Enter that ends a composition does not send, in Safari either', () => {
  expect(sends({ ...enter, isComposing: true })).toBe(false);
  expect(sends({ ...enter, keyCode: 229 })).toBe(false);
});

test('the composer allows the same texts as the server', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.integer({ min: 7_990, max: 8_010 }).map((length) => '😀'.repeat(length)),
    fc.constantFrom('', ' ', '\n\u200b', 'x'),
  );
  fc.assert(
    fc.property(texts, (text) => {
      fc.pre(!text.includes('\0'));
      expect(mayBeSent(text)).toBe(!isRefusal(check(MessageText, text)));
    }),
  );
});

test('the remaining count is in code points, and shown near the limit only', () => {
  expect(remaining('😀'.repeat(7_999))).toBe(1);
  expect(countShown('short')).toBe(false);
  expect(countShown('a'.repeat(7_600))).toBe(true);
});

test('F69 the Enter that ends a composition may be reported as a plain one, just after the end', () => {
  const composition = new Composition();
  expect(composition.endedBy({ key: 'Enter', timeStamp: 5 })).toBe(false);
  composition.end({ timeStamp: 1_000 });
  expect(composition.endedBy({ key: 'Enter', timeStamp: 1_008 })).toBe(true);
  // The next one sends, however fast.
  expect(composition.endedBy({ key: 'Enter', timeStamp: 1_020 })).toBe(false);
  // The time of the key can be that of the keyboard, and so be before the end.
  composition.end({ timeStamp: 2_000 });
  expect(composition.endedBy({ key: 'Enter', timeStamp: 1_996 })).toBe(true);
});

test('F69 an Enter after a pause or after another key is one of its own', () => {
  const composition = new Composition();
  composition.end({ timeStamp: 1_000 });
  expect(composition.endedBy({ key: 'Enter', timeStamp: 1_090 })).toBe(false);
  composition.end({ timeStamp: 2_000 });
  expect(composition.endedBy({ key: 'a', timeStamp: 2_010 })).toBe(false);
  expect(composition.endedBy({ key: 'Enter', timeStamp: 2_030 })).toBe(false);
});
