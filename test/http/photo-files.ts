/** Files of photos, and files that imitate them: every header is correct, and the image is empty. */

type Part = string | Uint8Array | readonly number[];

/** Text is Latin-1. */
export function bytes(...parts: readonly Part[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'string' ? [...part].map((char) => char.charCodeAt(0)) : [...part],
    ),
  );
}

const big = (value: number, length: number) =>
  Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) % 256);
const little = (value: number, length: number) => big(value, length).reverse();

const chunk = (kind: string, ...data: Part[]) => {
  const body = bytes(...data);
  return bytes(big(body.length, 4), kind, body, [0, 0, 0, 0]);
};

/** `more` is placed between the header and the image. */
export function png(width = 64, height = width, more: readonly [string, string][] = []): Uint8Array {
  const header = chunk('IHDR', big(width, 4), big(height, 4), [8, 2, 0, 0, 0]);
  const between = more.map(([kind, data]) => chunk(kind, data));
  return bytes('\x89PNG\r\n\x1a\n', header, ...between, chunk('IDAT', 'x'.repeat(40)), chunk('IEND'));
}

const segment = (marker: number, ...data: Part[]) => {
  const body = bytes(...data);
  return bytes([0xff, marker], big(body.length + 2, 2), body);
};
export const jfif = segment(0xe0, 'JFIF\0', [1, 1, 0, 0, 1, 0, 1, 0, 0]);

/** Progressive, with two scans; `more` is placed before the frame. */
export function jpeg(
  width = 64,
  height = width,
  more: readonly Uint8Array[] = [jfif],
  scans = 2,
): Uint8Array {
  const frame = segment(0xc2, [8], big(height, 2), big(width, 2), [1, 1, 0x11, 0]);
  const scan = bytes(segment(0xda, [1, 1, 0, 0, 0, 0]), [1, 2, 0xff, 0, 3, 0xff, 0xd0, 4]);
  const tables = [segment(0xdb, 'x'.repeat(65)), segment(0xc4, 'x'.repeat(20))];
  const rest = Array.from({ length: scans - 1 }, () => [...tables.slice(1), scan]).flat();
  return bytes([0xff, 0xd8], ...more, ...tables, frame, scan, ...rest, [0xff, 0xd9]);
}
export const exif = segment(0xe1, 'Exif\0\0', 'MM\0*');
export const comment = segment(0xfe, 'made in Sofia');

const riffChunk = (kind: string, ...data: Part[]) => {
  const body = bytes(...data);
  return bytes(kind, little(body.length, 4), body, body.length % 2 ? [0] : []);
};
const riff = (...chunks: Uint8Array[]) => {
  const body = bytes('WEBP', ...chunks);
  return bytes('RIFF', little(body.length, 4), body);
};
const lossy = (width: number, height: number) =>
  riffChunk('VP8 ', [0, 0, 0, 0x9d, 1, 0x2a], little(width, 2), little(height, 2), 'x'.repeat(21));
const extended = (flags: number, width: number, height: number) =>
  riffChunk('VP8X', [flags, 0, 0, 0], little(width - 1, 3), little(height - 1, 3));

export const webp = {
  lossy: (width = 64, height = width) => riff(lossy(width, height)),
  lossless: (width = 64, height = width) =>
    riff(riffChunk('VP8L', [0x2f], little((width - 1) | ((height - 1) << 14), 4), 'xx')),
  transparent: (width = 64, canvas = width) =>
    riff(extended(0x10, canvas, canvas), riffChunk('ALPH', 'xxx'), lossy(width, width)),
  /** With a further chunk, before the image or after it. */
  with: (flags: number, kind: string, after = false) => {
    const more = riffChunk(kind, 'data');
    const rest = after ? [lossy(64, 64), more] : [more, lossy(64, 64)];
    return riff(extended(flags, 64, 64), ...rest);
  },
};
