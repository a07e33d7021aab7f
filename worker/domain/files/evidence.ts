/** The evidence of a file's type in its content. */

/** Bytes at the beginning of a file that are enough for every type, and for the dimensions of most images. */
export const headLength = 65_536;

export interface Evidence {
  /** The first bytes, at most `headLength`. */
  readonly head: Uint8Array;
  /** The names in the directory, if it is a zip whose directory is sound (zip.ts); else null. */
  readonly names: readonly string[] | null;
  /** All of it is text. */
  readonly text: boolean;
}

/** Judges, piece by piece, whether a file is text: valid UTF-8, or UTF-16 with a byte order mark, without NUL. */
export class TextProof {
  #decoder: TextDecoder | null = null;
  /** The first byte alone cannot tell the encoding. */
  #first = new Uint8Array();
  #valid = true;

  /** False as soon as a piece is no text. */
  get valid(): boolean {
    return this.#valid;
  }

  add(bytes: Uint8Array): void {
    if (this.#decoder) {
      this.#decode(bytes, true);
      return;
    }
    const begun = joined(this.#first, bytes);
    if (begun.length < 2) {
      this.#first = begun;
      return;
    }
    this.#decoder = new TextDecoder(encodingOf(begun), { fatal: true, ignoreBOM: true });
    this.#first = new Uint8Array();
    this.#decode(begun, true);
  }

  /** After the last piece. An empty file is text. */
  end(): boolean {
    this.#decoder ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    this.#decode(this.#first.length === 1 ? this.#first : new Uint8Array(), false);
    return this.#valid;
  }

  #decode(bytes: Uint8Array, stream: boolean): void {
    if (!this.#valid) return;
    try {
      if (this.#decoder?.decode(bytes, { stream }).includes('\0')) this.#valid = false;
    } catch {
      this.#valid = false;
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
}
