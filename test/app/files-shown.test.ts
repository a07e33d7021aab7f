/** Files on the workspace's screens: words in lists, kinds, sizes, and the zoom of the viewer. */
import type { LastMessage } from '#protocol';
import { overwriteGetLocale } from '#words/app/runtime';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { shownAs } from '../../app/src/lib/files/kinds.ts';
import { sizeWords } from '../../app/src/lib/files/size.ts';
import { Zoom, type Room } from '../../app/src/lib/files/zoom.svelte.ts';
import { filesWords } from '../../app/src/lib/words/files.ts';
import { lastWords } from '../../app/src/lib/words/last-message.ts';
import { start, visitor } from './makers.ts';

afterEach(() => overwriteGetLocale(() => 'en'));
overwriteGetLocale(() => 'en');
const plain = (text: string) => text.replace(/[\u00a0\u202f]/gu, ' ');

test('F83 a list shows a message without text by its file’s name or the number of files', () => {
  const last = (text: string, count: number): LastMessage => ({
    ...{ seq: 2, at: start, by: visitor, text },
    ...(count > 0 && { files: { count, name: 'Boots.jpg' } }),
  });
  const words = () =>
    [last('', 1), last('', 3), last('**These** two', 2), last('', 0)].map((each) => lastWords(each, '–'));
  expect(words()).toEqual(['Boots.jpg', '3 files', 'These two', '–']);
  expect(lastWords({ ...last('', 1), deleted: true })).toBe('Message deleted');
  overwriteGetLocale(() => 'ru');
  expect(words()).toEqual(['Boots.jpg', '3 файла', 'These two', '–']);
  const several = [2, 5, 10].map((count) =>
    filesWords(Array.from({ length: count }, () => ({ name: 'a.pdf' }))),
  );
  expect(several).toEqual(['2 файла', '5 файлов', '10 файлов']);
});

test('F85 a size is in words of the language, by 1,024', () => {
  const sizes = [0, 1, 1_023, 1_024, 1_590, 10_240, 104_857_600, 107_374_182_400];
  const words = () => sizes.map((size) => plain(sizeWords(size)));
  expect(words()).toEqual([
    '0 bytes',
    '1 byte',
    '1,023 bytes',
    '1 kB',
    '1.6 kB',
    '10 kB',
    '100 MB',
    '100 GB',
  ]);
  overwriteGetLocale(() => 'ru');
  expect(words()).toEqual(['0 байт', '1 байт', '1 023 байта', '1 кБ', '1,6 кБ', '10 кБ', '100 МБ', '100 ГБ']);
});

test('F86 an image whose dimensions are unknown is shown by its name', () => {
  expect([shownAs({ type: 'png', width: 9 }), shownAs({ type: 'png' })]).toEqual(['image', 'none']);
  expect([shownAs({ type: 'mp3' }), shownAs({ type: 'mp4' }), shownAs({ type: 'pdf' })]).toEqual([
    ...['audio', 'video', 'none'],
  ]);
});

/* The viewer. */

const side = fc.integer({ min: 20, max: 3_000 });
const sized = fc.record({ width: side, height: side });
const rooms: fc.Arbitrary<Room> = fc.record({ image: sized, stage: sized });
const place = fc.record({
  x: fc.integer({ min: -1_500, max: 1_500 }),
  y: fc.integer({ min: -1_500, max: 1_500 }),
});
const moves = fc.array(
  fc.oneof(
    fc.record({ by: fc.double({ min: 0.2, max: 5, noNaN: true }), at: place }),
    fc.record({ from: place, to: place }),
    fc.record({ toggled: place }),
  ),
  { maxLength: 20 },
);
const finger = (id: number, { x, y }: { x: number; y: number }, pointerType = 'touch') => ({
  ...{ pointerId: id, clientX: x, clientY: y, button: 0, pointerType },
});
const middle = { x: 0, y: 0 };

test('F86 a zoomed image never leaves its space', () => {
  fc.assert(
    fc.property(rooms, moves, (room, acts) => {
      const zoom = new Zoom(() => room);
      for (const act of acts) {
        if ('by' in act) zoom.by(act.by, act.at);
        else if ('toggled' in act) zoom.toggle(act.toggled);
        else {
          zoom.begin(finger(1, act.from, 'mouse'));
          zoom.move(finger(1, act.to, 'mouse'), middle);
          expect(zoom.finish(finger(1, act.to, 'mouse'))).toBe(0);
        }
        expect(zoom.scale).toBeGreaterThanOrEqual(1);
        expect(zoom.scale).toBeLessThanOrEqual(8);
        const over = (axis: 'width' | 'height') =>
          Math.max(0, (room.image[axis] * zoom.scale - room.stage[axis]) / 2);
        expect(Math.abs(zoom.x)).toBeLessThanOrEqual(over('width') + 1e-6);
        expect(Math.abs(zoom.y)).toBeLessThanOrEqual(over('height') + 1e-6);
      }
      zoom.reset();
      expect([zoom.scale, zoom.x, zoom.y]).toEqual([1, 0, 0]);
    }),
  );
});

test('F86 the point under the pointer stays where it is', () => {
  const room = { image: { width: 4_000, height: 4_000 }, stage: { width: 100, height: 100 } };
  fc.assert(
    fc.property(place, fc.double({ min: 1, max: 8, noNaN: true }), (at, factor) => {
      const zoom = new Zoom(() => room);
      zoom.by(factor, at);
      // Of an image that is far larger than its space, so no edge holds it.
      const point = { x: at.x / 1, y: at.y / 1 };
      expect(zoom.x + point.x * zoom.scale).toBeCloseTo(zoom.scale === 1 ? point.x : at.x, 6);
      expect(zoom.y + point.y * zoom.scale).toBeCloseTo(zoom.scale === 1 ? point.y : at.y, 6);
    }),
  );
});

test('F86 two fingers zoom, and one that moves sideways asks for another image', () => {
  const room = { image: { width: 300, height: 300 }, stage: { width: 390, height: 700 } };
  const zoom = new Zoom(() => room);
  const gesture = (to: { x: number; y: number }) => {
    zoom.begin(finger(1, { x: 200, y: 300 }));
    zoom.move(finger(1, to), middle);
    return zoom.finish(finger(1, to));
  };
  expect([gesture({ x: 100, y: 310 }), gesture({ x: 300, y: 310 })]).toEqual([1, -1]);
  expect([gesture({ x: 170, y: 300 }), gesture({ x: 100, y: 400 })]).toEqual([0, 0]);
  zoom.begin(finger(1, { x: 100, y: 300 }));
  zoom.begin(finger(2, { x: 200, y: 300 }));
  zoom.move(finger(2, { x: 300, y: 300 }), middle);
  expect(zoom.scale).toBe(2);
  expect([zoom.finish(finger(2, { x: 300, y: 300 })), zoom.finish(finger(1, { x: 100, y: 300 }))]).toEqual([
    0, 0,
  ]);
  // A finger on a zoomed image moves it.
  expect(gesture({ x: 100, y: 300 })).toBe(0);
  expect(zoom.x).toBe(-100);
  zoom.begin(finger(1, { x: 200, y: 300 }));
  zoom.cancel(finger(1, { x: 100, y: 300 }));
  expect(zoom.finish(finger(1, { x: 0, y: 300 }))).toBe(0);
});
