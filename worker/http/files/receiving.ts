/** Passes a part from a request to R2, piece by piece: ten uploads at once need little memory. */
import { headLength } from '#domain/files/evidence';
import { mayBe } from '#domain/files/types';
import { logError } from '../serving/log.ts';
import type { PartTicket, StoredPart } from '../../actors/contracts/files.ts';
import { piecesOf } from './pieces.ts';

/**
 * `bad_request`: the part has another length, or its client has gone. `file_type`: the head of the file disproves its
 * name.
 */
type Received = StoredPart | 'bad_request' | 'file_type' | 'failed';

class Wrong extends Error {
  readonly why: 'bad_request' | 'file_type';

  constructor(why: 'bad_request' | 'file_type') {
    super(why);
    this.why = why;
  }
}

export async function receive(
  bucket: R2Bucket,
  { key, upload, length, extension }: PartTicket,
  part: number,
  body: ReadableStream<Uint8Array>,
): Promise<Received> {
  // R2 accepts only a stream whose length is known.
  const fixed = new FixedLengthStream(length);
  const writer = fixed.writable.getWriter();
  const digest = new crypto.DigestStream('SHA-256');
  const hashing = digest.getWriter();
  const uploading = bucket.resumeMultipartUpload(key, upload).uploadPart(part, fixed.readable);
  // A failure of R2 ends the wait for it to read on.
  const failing = uploading.then(() => new Promise<never>(() => undefined));
  failing.catch(() => undefined);
  const head = part === 1 ? new Head(Math.min(headLength, length)) : undefined;
  let received = 0;
  try {
    for await (const piece of sentBy(body)) {
      received += piece.length;
      if (received > length) throw new Wrong('bad_request');
      if (head?.fillsWith(piece) && !mayBe(extension, head.bytes)) throw new Wrong('file_type');
      await Promise.race([Promise.all([writer.write(piece), hashing.write(piece)]), failing]);
    }
    if (received !== length) throw new Wrong('bad_request');
    await Promise.all([Promise.race([writer.close(), failing]), hashing.close()]);
    const { etag } = await uploading;
    return { etag, sha256: hexOf(await digest.digest) };
  } catch (error) {
    // R2 stores no part of a stream that was cut off.
    await Promise.allSettled([writer.abort(error), hashing.abort(error), digest.digest]);
    if (error instanceof Wrong) return error.why;
    logError(error, { at: 'part' });
    return 'failed';
  }
}

/** A client that drops its line is no failure of ours. It sends the part again, or looks what is stored. */
async function* sentBy(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* piecesOf(body);
  } catch {
    throw new Wrong('bad_request');
  }
}

/** The first bytes of a file, which decide early. */
class Head {
  readonly bytes: Uint8Array;
  #at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }

  /** Adds a piece; true if this was the last one that was missing. */
  fillsWith(piece: Uint8Array): boolean {
    const room = this.bytes.length - this.#at;
    if (room === 0) return false;
    const taken = piece.subarray(0, room);
    this.bytes.set(taken, this.#at);
    this.#at += taken.length;
    return this.#at === this.bytes.length;
  }
}

export function hexOf(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
