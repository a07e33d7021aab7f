/** White space that folding would change. */
const folds = /[^\S ]| {2}|^ | $/;

/**
 * Cuts a text to `max` code points without breaking one, with an ellipsis if anything was cut. White space is folded.
 */
export function cut(text: string, max: number): string {
  // Most texts are one short line, and every message passes here.
  if (text.length <= max && !folds.test(text)) return text;
  const line = text.length > max * 8 ? text.slice(0, max * 8) : text;
  const folded = line.replace(/\s+/g, ' ').trim();
  if (folded.length <= max && line.length === text.length) return folded;
  const points = Array.from(folded);
  if (points.length <= max && line.length === text.length) return folded;
  return `${points.slice(0, max - 1).join('')}…`.toWellFormed();
}

/** The length of a well-formed text in UTF-8, in bytes. */
export function bytesOf(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    // Each half of a surrogate pair counts as two of four bytes.
    const half = unit >= 0xd800 && unit <= 0xdfff;
    bytes += unit < 0x800 || half ? 1 : 2;
  }
  return bytes;
}
