/** The Range header of a download (RFC 9110, 14). R2 answers a wrong or a multiple one with the whole file. */

export interface Slice {
  readonly offset: number;
  readonly length: number;
}

/**
 * The requested part of a file: a slice (206), `unsatisfiable` (416), or null for the whole file (200): no header, one
 * that is malformed or in another unit, or several ranges, which a server may ignore.
 */
export function sliceOf(header: string | null, size: number): Slice | 'unsatisfiable' | null {
  const found = /^bytes[ \t]*=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header ?? '');
  const [, first = '', last = ''] = found ?? [];
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { offset: size - length, length };
  }
  const offset = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < offset) return null;
  return offset >= size ? 'unsatisfiable' : { offset, length: end - offset + 1 };
}
