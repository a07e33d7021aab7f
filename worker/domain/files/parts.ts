/** The parts of an upload: all of one size but the last, as R2 demands. */

/** Exactly 100 MB, the greatest file (F85), in bytes. */
export const maxFileSize = 104_857_600;
/** 8 MiB. */
export const partSize = 8_388_608;

export function partCount(size: number): number {
  return Math.ceil(size / partSize);
}

/** The length of a part, by its number from 1; null if the file has no such part. */
export function lengthOf(part: number, size: number): number | null {
  if (!Number.isInteger(part) || part < 1 || part > partCount(size)) return null;
  return Math.min(partSize, size - (part - 1) * partSize);
}

/** The parts that are still missing, in order. */
export function missing(size: number, stored: ReadonlySet<number>): number[] {
  return Array.from({ length: partCount(size) }, (_, index) => index + 1).filter((part) => !stored.has(part));
}
