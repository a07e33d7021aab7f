/** The requirements for a photo's file: a square picture with nothing else in it. */
import { sizeOf } from '#domain/files/pictures';
import { photoTypes, type PhotoType } from '#protocol';

/** A checked file. */
export interface PhotoFile {
  readonly bytes: Uint8Array;
  readonly type: PhotoType;
}

/** The length of a side, in pixels. */
const smallest = 32;
const largest = 512;

/** The file; undefined if it is not of its stated type, or may not be shown. */
export function photoOf(bytes: Uint8Array, type: string | undefined): PhotoFile | undefined {
  const known = photoTypes.find((each) => each === type);
  const [width, height] = (known && sizeOf(known, bytes)) ?? [0, 0];
  if (!known || width !== height || width < smallest || width > largest) return undefined;
  return { bytes, type: known };
}
