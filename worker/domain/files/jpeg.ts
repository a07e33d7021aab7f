/** The segments of a JPEG file beside the picture. */

/**
 * Removes them. Some browsers write EXIF even into a canvas' file (Safari does), which the server refuses (PHO-3).
 * Segments follow one another up to the first scan; APP0 is the header that a file begins with, APP1 to APP15 and
 * comments are the metadata.
 */
export function withoutMetadata(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const kept = [file.subarray(0, 2)];
  let at = 2;
  while (at + 4 <= file.length && view.getUint16(at) !== startOfScan) {
    const marker = view.getUint16(at);
    const next = at + 2 + view.getUint16(at + 2);
    const needless = (marker > 0xffe0 && marker <= 0xffef) || marker === 0xfffe;
    if (!needless) kept.push(file.subarray(at, next));
    at = next;
  }
  kept.push(file.subarray(at));
  const bytes = new Uint8Array(kept.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of kept) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}

const startOfScan = 0xffda;
