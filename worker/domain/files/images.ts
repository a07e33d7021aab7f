/** The dimensions of an image, from its head, so that a transcript reserves its place before it loads (F86). */
import type { FileInfo } from '#protocol';
import { isTurned } from './orientation.ts';

export interface Dimensions {
  readonly width: number;
  readonly height: number;
}

/** An image of more pixels is not shown, only downloaded: a browser would need 200 MB to decode it. */
export const maxPixels = 50_000_000;

/** A larger image without a thumbnail is not loaded before its reader asks for it: pixels, and bytes. */
const lightPixels = 4_000_000;
const lightBytes = 2_000_000;

/** True if an image of a message may be loaded with the message. */
export function isLight({ size, width = 0, height = 0, thumbnail }: FileInfo): boolean {
  return thumbnail !== undefined || (width * height <= lightPixels && size <= lightBytes);
}

export function isShowable({ width, height }: Dimensions): boolean {
  return width > 0 && height > 0 && width * height <= maxPixels;
}

/** As browsers show it. Null if the head has none. */
export function dimensionsOf(head: Uint8Array): Dimensions | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length >= 24 && view.getUint32(0) === 0x89504e47 && view.getUint32(12) === 0x49484452)
    return { width: view.getUint32(16), height: view.getUint32(20) };
  if (head.length >= 10 && view.getUint32(0) === 0x47494638)
    return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  return head.length >= 4 && view.getUint16(0) === 0xffd8 ? ofJpeg(view) : null;
}

/** Goes from marker to marker up to the start of a frame (ITU-T T.81, B.1.1.3). */
function ofJpeg(view: DataView): Dimensions | null {
  let at = 2;
  let turned = false;
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isFrame(marker)) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return turned ? { width: height, height: width } : { width, height };
    }
    if (marker === 0xe1) turned ||= isTurned(view, at);
    const length = view.getUint16(at + 2);
    if (length < 2) return null;
    at += 2 + length;
  }
  return null;
}

/** SOF0 to SOF15, without the tables of Huffman and arithmetic codes and the reserved JPG. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}
