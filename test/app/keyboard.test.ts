import { expect, test } from 'vitest';
import { ariaKeys, pressesWithCtrl } from '../../app/src/lib/ui/keyboard.ts';

const event = {
  ...{ key: '.', code: 'Period', ctrlKey: true, metaKey: false },
  ...{ altKey: false, shiftKey: false, isComposing: false },
};
const presses = (changes: Partial<typeof event>) => pressesWithCtrl({ ...event, ...changes }, '.', 'Period');

test('F70 a sign with Ctrl or Cmd is found in every layout of the keyboard', () => {
  expect(presses({})).toBe(true);
  expect(presses({ ctrlKey: false, metaKey: true })).toBe(true);
  // A Russian layout has a letter on that key, and the full stop on another one.
  expect(presses({ key: 'ю' })).toBe(true);
  expect(presses({ code: 'Slash' })).toBe(true);
  // A French one has the full stop on a key with Shift.
  expect(presses({ code: 'Comma', shiftKey: true })).toBe(true);
});

test('F70 other keys are not taken for it', () => {
  const others = [
    ...[{ ctrlKey: false }, { metaKey: true }, { altKey: true }, { isComposing: true }],
    ...[
      { key: '>', shiftKey: true },
      { key: 'Ю', shiftKey: true },
      { key: 'v' },
      { key: ',', code: 'Comma' },
    ],
  ];
  expect(others.filter(presses)).toEqual([]);
});

test('shortcuts are spelled as screen readers expect them', () => {
  expect(['Ctrl+B', '⌘B', '⌥N', 'Alt+N'].map(ariaKeys)).toEqual(['Control+B', 'Meta+B', 'Alt+N', 'Alt+N']);
});
