/**
 * The scans of a JPEG file, counted piece by piece. A browser goes through the whole picture for each scan: a small
 * file with thousands of them keeps a reader's machine busy for a minute.
 */

/** A progressive picture has about ten. */
export const maxScans = 100;

/** A marker without a segment after it: the stuffed zero, TEM, restarts and the start of the image. */
const isBare = (marker: number) => marker === 0x00 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

export class Scans {
  count = 0;
  #place: 'data' | 'marker' | 'length' | 'rest of length' | 'end' = 'data';
  #length = 0;
  /** The bytes of a segment that are still to come. */
  #skip = 0;

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && this.#place !== 'end';) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, bytes.length - at);
        this.#skip -= skipped;
        at += skipped;
      } else if (this.#place === 'data') {
        const found = bytes.indexOf(0xff, at);
        if (found < 0) return;
        this.#place = 'marker';
        at = found + 1;
      } else {
        this.#take(bytes[at] ?? 0);
        at++;
      }
    }
  }

  #take(byte: number): void {
    if (this.#place === 'length') {
      this.#length = byte << 8;
      this.#place = 'rest of length';
    } else if (this.#place === 'rest of length') {
      this.#skip = Math.max(0, this.#length + byte - 2);
      this.#place = 'data';
    } else if (byte !== 0xff) {
      // After the end of the image a decoder reads nothing.
      if (byte === 0xd9) this.#place = 'end';
      else this.#place = isBare(byte) ? 'data' : 'length';
      if (byte === 0xda) this.count++;
    }
  }
}
