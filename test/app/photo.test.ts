/** Cropping a photo from a picture, and cleaning its file. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { moved, sideOf, wholeOf, zoomed, type Crop } from '../../app/src/lib/photo/crop.ts';
import { withoutMetadata } from '#domain/files/jpeg';
import { photoOf } from '../../worker/http/people/photo-file.ts';
import { comment, exif, jfif, jpeg } from '../http/photo-files.ts';

test('F186 however the picture is moved and zoomed, the square stays within it', () => {
  const size = fc.record({
    width: fc.integer({ min: 1, max: 9_000 }),
    height: fc.integer({ min: 1, max: 9_000 }),
  });
  const part = fc.double({ min: -3, max: 3, noNaN: true });
  const steps = fc.array(fc.tuple(part, part, fc.double({ min: 0, max: 20, noNaN: true })), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(size, steps, (picture, taken) => {
      let crop: Crop = wholeOf(picture);
      for (const [right, down, zoom] of taken)
        crop = zoomed(picture, moved(picture, crop, right, down), zoom);
      const half = sideOf(picture, crop) / 2;
      for (const [at, length] of [
        [crop.x, picture.width],
        [crop.y, picture.height],
      ] as const) {
        expect(at - half).toBeGreaterThanOrEqual(-1e-6);
        expect(at + half).toBeLessThanOrEqual(length + 1e-6);
      }
    }),
  );
});

test('F186 a browser’s file is cleaned of everything but the picture', () => {
  const file = jpeg(256, 256, [jfif, exif, comment]);
  expect(photoOf(file, 'image/jpeg')).toBeUndefined();
  const bare = withoutMetadata(Uint8Array.from(file));
  expect(bare).toEqual(jpeg(256, 256));
  expect(photoOf(bare, 'image/jpeg')).toBeDefined();
  expect(withoutMetadata(bare)).toEqual(bare);
});
