/**
 * Pictures that are shown without a reader's choice: complete still images of a known type, with nothing before,
 * between or after their parts that the picture does not need. A camera's metadata can reveal where the photographer
 * lives; appended data could be another kind of file.
 */
import { maxScans } from './scans.ts';

export type PictureType = 'image/jpeg' | 'image/png' | 'image/webp';

/** Width and height, in pixels. */
type Size = readonly [number, number];

const readers: Readonly<Record<PictureType, (view: DataView) => Size | undefined>> = {
  'image/jpeg': jpegSize,
  'image/png': pngSize,
  'image/webp': webpSize,
};

/** Undefined if the bytes are no such picture, or have anything else in them. */
export function sizeOf(type: PictureType, { buffer, byteOffset, byteLength }: Uint8Array): Size | undefined {
  try {
    return readers[type](new DataView(buffer, byteOffset, byteLength));
  } catch (error) {
    // The file is cut off.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const text = (view: DataView, at: number, length: number) =>
  String.fromCharCode(...Array.from({ length }, (_, i) => view.getUint8(at + i)));

/** Chunks of PNG that only describe pixels (https://www.w3.org/TR/png-3/#5ChunkOrdering). */
const pngChunks = ['IHDR', 'PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'sBIT', 'bKGD', 'pHYs', 'IDAT', 'IEND'];

function pngSize(view: DataView): Size | undefined {
  if (text(view, 0, 8) !== '\x89PNG\r\n\x1a\n' || text(view, 12, 4) !== 'IHDR') return undefined;
  const seen = new Set<string>();
  for (let at = 8; ;) {
    const length = view.getUint32(at);
    const kind = text(view, at + 4, 4);
    if (!pngChunks.includes(kind) || (kind === 'IHDR' && (seen.has(kind) || length !== 13))) return undefined;
    seen.add(kind);
    at += 12 + length;
    if (at > view.byteLength) return undefined;
    if (kind !== 'IEND') continue;
    const whole = at === view.byteLength && length === 0 && seen.has('IDAT');
    return whole ? [view.getUint32(16), view.getUint32(20)] : undefined;
  }
}

/** Segments of JPEG beside its frames and scans: tables for Huffman and for quantization, the restart interval. */
const jpegTables = [0xc4, 0xdb, 0xdd];
/** Baseline, extended and progressive. */
const jpegFrames = [0xc0, 0xc1, 0xc2];

function jpegSize(view: DataView): Size | undefined {
  if (view.getUint16(0) !== 0xffd8) return undefined;
  let size: Size | undefined;
  let scans = 0;
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    at += 2;
    if (marker === 0xd9) return scans > 0 && at === view.byteLength ? size : undefined;
    const length = view.getUint16(at);
    if (jpegFrames.includes(marker)) {
      if (size) return undefined;
      size = [view.getUint16(at + 5), view.getUint16(at + 3)];
    } else if (marker === 0xda) {
      scans++;
      if (!size || scans > maxScans) return undefined;
    } else if (!jpegTables.includes(marker) && !isJfif(view, marker, at)) return undefined;
    at += length;
    if (marker === 0xda) at = endOfScan(view, at);
  }
}

/** The header that JPEG files begin with; one without a thumbnail is 16 bytes long. */
const isJfif = (view: DataView, marker: number, at: number) =>
  marker === 0xe0 && view.getUint16(at) === 16 && text(view, at + 2, 5) === 'JFIF\0';

/** The offset of the next marker. Within coded data, 0xff is followed by 0x00, or belongs to a restart marker. */
function endOfScan(view: DataView, from: number): number {
  for (let at = from; ; at++) {
    if (view.getUint8(at) !== 0xff) continue;
    const next = view.getUint8(at + 1);
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
  }
}

/**
 * The only permitted flag of the extended header is the one for transparency: no colour profile, EXIF, XMP or
 * animation.
 */
const webpFlags = 0x10;

function webpSize(view: DataView): Size | undefined {
  const isWebp = text(view, 0, 4) === 'RIFF' && text(view, 8, 4) === 'WEBP';
  if (!isWebp || view.getUint32(4, true) + 8 !== view.byteLength) return undefined;
  let canvas: Size | undefined;
  let image: Size | undefined;
  let alpha = false;
  for (let at = 12; at < view.byteLength;) {
    const kind = text(view, at, 4);
    const length = view.getUint32(at + 4, true);
    const data = at + 8;
    // Nothing follows the image.
    if (image) return undefined;
    if (kind === 'VP8X' && at === 12 && (view.getUint8(data) & ~webpFlags) === 0)
      canvas = [1 + (view.getUint32(data + 4, true) & 0xff_ffff), 1 + (view.getUint32(data + 6, true) >>> 8)];
    else if (kind === 'ALPH' && canvas && !alpha) alpha = true;
    else if (kind === 'VP8 ' || kind === 'VP8L')
      image = kind === 'VP8 ' ? lossySize(view, data) : losslessSize(view, data);
    else return undefined;
    if ((kind === 'VP8 ' || kind === 'VP8L') && !image) return undefined;
    at = data + length + (length % 2);
    if (at > view.byteLength) return undefined;
  }
  return !canvas || String(canvas) === String(image) ? image : undefined;
}

/** A key frame of VP8 (RFC 6386, 9.1). */
function lossySize(view: DataView, at: number): Size | undefined {
  const isKey = (view.getUint8(at) & 1) === 0 && text(view, at + 3, 3) === '\x9d\x01\x2a';
  return isKey ? [view.getUint16(at + 6, true) & 0x3fff, view.getUint16(at + 8, true) & 0x3fff] : undefined;
}

/** https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification#3_riff_header */
function losslessSize(view: DataView, at: number): Size | undefined {
  const bits = view.getUint32(at + 1, true);
  return view.getUint8(at) === 0x2f ? [1 + (bits & 0x3fff), 1 + ((bits >> 14) & 0x3fff)] : undefined;
}
