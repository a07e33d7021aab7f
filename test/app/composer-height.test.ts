import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  draggedHeight,
  leastHeight,
  mostHeight,
  pressedHeight,
  readHeight,
} from '../../app/src/lib/chat/composer-height.svelte.ts';

const windowHeight = fc.integer({ min: 0, max: 4_000 });

test('the handle sets a height within its limits, or returns the box to its own', () => {
  fc.assert(
    fc.property(fc.double({ min: -500, max: 5_000, noNaN: true }), windowHeight, (wanted, room) => {
      const height = draggedHeight(wanted, room);
      if (height === null) expect(wanted).toBeLessThan(leastHeight);
      else {
        expect(height).toBeGreaterThanOrEqual(leastHeight);
        expect(height).toBeLessThanOrEqual(mostHeight(room));
        expect(readHeight(String(height))).toBe(height);
      }
    }),
  );
});

test('the arrow keys reach the greatest height from any other, and its own height from there', () => {
  fc.assert(
    fc.property(windowHeight, fc.integer({ min: 20, max: 300 }), (room, shown) => {
      let height: number | null | undefined = null;
      const press = (key: string) =>
        pressedHeight(key, { height: height ?? null, shown, windowHeight: room });
      for (let presses = 0; presses < 200; presses++) height = press('ArrowUp');
      expect(height).toBe(mostHeight(room));
      expect(press('End')).toBe(mostHeight(room));
      for (let presses = 0; presses < 200 && height !== null; presses++) height = press('ArrowDown');
      expect(height).toBe(null);
      expect([press('Home'), press('Enter'), press('Tab')]).toEqual([null, null, undefined]);
    }),
  );
});

test('only a height is read as one', () => {
  expect([null, '', '0', 'tall', 'Infinity', '71', '72'].map(readHeight)).toEqual([
    ...[null, null, null, null, null, null],
    72,
  ]);
});
