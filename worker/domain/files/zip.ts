/**
 * Reads the names in the directory of a zip, and nothing else: nothing is ever unpacked. The format is PKWARE's
 * APPNOTE 6.3.10, sections 4.3.12 and 4.3.16.
 */

/** The end of the directory is within this many last bytes: a comment has 65,535 at most. */
export const tailLength = 65_557;
/** Limits of a directory that is read: entries, bytes, and how much larger than the file its contents may be. */
const maxEntries = 10_000;
export const maxDirectoryLength = 2_000_000;
const maxRatio = 100;
/** Small files of XML compress well: below this size of all contents the ratio does not matter, in bytes. */
const ratioFrom = 50_000_000;

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const endLength = 22;
const entryLength = 46;

/** Where the directory is in the file. */
export interface Place {
  readonly offset: number;
  readonly length: number;
  readonly entries: number;
}

/** Finds the directory from the last bytes of a file of this size. Null: it is no zip, or one that is refused. */
export function directoryOf(tail: Uint8Array, size: number): Place | null {
  const view = viewOf(tail);
  for (let at = tail.length - endLength; at >= 0; at--) {
    if (view.getUint32(at, true) !== endSignature) continue;
    // The comment ends where the file ends; another signature is a part of the comment.
    if (at + endLength + view.getUint16(at + 20, true) !== tail.length) continue;
    const [disk, start] = [view.getUint16(at + 4, true), view.getUint16(at + 6, true)];
    const entries = view.getUint16(at + 10, true);
    const length = view.getUint32(at + 12, true);
    const offset = view.getUint32(at + 16, true);
    const end = size - tail.length + at;
    // A zip in several parts, and one of over 4 GB (zip64), is none that a document is.
    if (disk !== 0 || start !== 0 || offset + length !== end) return null;
    if (entries > maxEntries || length > maxDirectoryLength || length < entries * entryLength) return null;
    return { offset, length, entries };
  }
  return null;
}

/** The names in a directory. Null if it is not sound, or its contents are a bomb. */
export function namesIn(directory: Uint8Array, { entries }: Pick<Place, 'entries'>): string[] | null {
  const view = viewOf(directory);
  const names: string[] = [];
  let [at, packed, unpacked] = [0, 0, 0];
  for (let entry = 0; entry < entries; entry++) {
    if (at + entryLength > directory.length || view.getUint32(at, true) !== entrySignature) return null;
    packed += view.getUint32(at + 20, true);
    unpacked += view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true);
    const rest = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const next = at + entryLength + nameLength + rest;
    if (next > directory.length) return null;
    names.push(new TextDecoder().decode(directory.subarray(at + entryLength, at + entryLength + nameLength)));
    at = next;
  }
  if (at !== directory.length) return null;
  return unpacked > ratioFrom && unpacked > packed * maxRatio ? null : names;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
