/** The orientation in a JPEG's EXIF: a phone stores a portrait photo lying, and browsers turn it. */

const orientationTag = 0x0112;
const short = 3;
/** "Exif" and two zeros, before the TIFF header. */
const exif = 0x45786966;

/**
 * True if browsers show the width as the height (Exif 2.32, 4.6.4: orientations 5 to 8). `at` is the marker of an APP1
 * segment, of which a part may be missing.
 */
export function isTurned(view: DataView, at: number): boolean {
  const end = Math.min(view.byteLength, at + 2 + view.getUint16(at + 2));
  const tiff = at + 10;
  if (tiff + 8 > end || view.getUint32(at + 4) !== exif || view.getUint16(at + 8) !== 0) return false;
  const order = view.getUint16(tiff);
  const little = order === 0x4949;
  if (!little && order !== 0x4d4d) return false;
  const directory = tiff + view.getUint32(tiff + 4, little);
  if (directory + 2 > end) return false;
  const count = view.getUint16(directory, little);
  for (let field = 0; field < count; field++) {
    const entry = directory + 2 + field * 12;
    if (entry + 12 > end) return false;
    if (view.getUint16(entry, little) !== orientationTag) continue;
    const value = view.getUint16(entry + 8, little);
    return view.getUint16(entry + 2, little) === short && value >= 5 && value <= 8;
  }
  return false;
}
