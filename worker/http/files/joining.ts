/** Joins the parts of an upload in R2, and reads what the content proves (FIL-4, FIL-7). */
import { headLength, TextProof } from '#domain/files/evidence';
import { dimensionsOf, isShowable, type Dimensions } from '#domain/files/images';
import { maxScans, Scans } from '#domain/files/scans';
import { agrees, fileTypes, needs } from '#domain/files/types';
import { directoryOf, namesIn, tailLength } from '#domain/files/zip';
import type { Joined, Joining } from '../../actors/contracts/files.ts';
import { logError } from '../serving/log.ts';
import { hexOf } from './receiving.ts';

/** A JPEG with many profiles and previews states its dimensions within this many bytes. */
const longHead = 1_048_576;
/** Bytes that are read at once for the digest. */
const sliceLength = 1_048_576;

export async function join(bucket: R2Bucket, joining: Joining): Promise<Joined> {
  try {
    const joined = await inR2(bucket, joining);
    return joined === 'there' ? await judged(bucket, joining) : joined;
  } catch (error) {
    logError(error, { at: 'joining' });
    return 'failed';
  }
}

/** R2 joins an upload once. If an earlier attempt did, but its answer was lost, the object is there. */
async function inR2(
  bucket: R2Bucket,
  { key, upload, parts, size }: Joining,
): Promise<'there' | 'file_type' | 'parts'> {
  let object: R2Object | null;
  try {
    object = await bucket.resumeMultipartUpload(key, upload).complete([...parts]);
  } catch (error) {
    object = await bucket.head(key);
    // 10024: no such upload; 10025: no such part.
    if (!object && /\((10024|10025)\)/.test(String(error))) return 'parts';
    if (!object) throw error;
  }
  return object.size === size ? 'there' : 'file_type';
}

async function judged(bucket: R2Bucket, { key, extension, size }: Joining): Promise<Joined> {
  const bytes = (offset: number, length: number) => slice(bucket, key, offset, length);
  const need = needs(extension);
  const head = await bytes(0, Math.min(headLength, size));
  const names = need === 'names' ? await namesOf(bytes, size) : null;
  const evidence = { head, names, text: true };
  // Before the whole file is read for its digest.
  if (!agrees(extension, evidence)) return 'file_type';
  const { media, shown: shownAs } = fileTypes[extension];
  const proof = need === 'text' ? new TextProof() : undefined;
  const scans = media === 'image/jpeg' ? new Scans() : undefined;
  const sha256 = await digested(bytes, size, (piece) => {
    proof?.add(piece);
    scans?.add(piece);
  });
  if (!agrees(extension, { ...evidence, text: proof?.end() ?? false })) return 'file_type';
  if (shownAs !== 'image' || (scans && scans.count > maxScans)) return { sha256 };
  const dimensions = dimensionsOf(head) ?? dimensionsOf(await bytes(0, Math.min(longHead, size)));
  return { sha256, ...shown(dimensions) };
}

const shown = (dimensions: Dimensions | null): Partial<Dimensions> =>
  dimensions && isShowable(dimensions) ? dimensions : {};

type Slices = (offset: number, length: number) => Promise<Uint8Array>;

async function namesOf(bytes: Slices, size: number): Promise<string[] | null> {
  const length = Math.min(tailLength, size);
  const place = directoryOf(await bytes(size - length, length), size);
  return place && namesIn(await bytes(place.offset, place.length), place);
}

/** Reads the file slice by slice: R2 on one machine is in the same thread, and reads a whole one without a pause. */
async function digested(bytes: Slices, size: number, seen: (piece: Uint8Array) => void): Promise<string> {
  const digest = new crypto.DigestStream('SHA-256');
  const writer = digest.getWriter();
  for (let offset = 0; offset < size; offset += sliceLength) {
    const piece = await bytes(offset, Math.min(sliceLength, size - offset));
    seen(piece);
    await writer.write(piece);
    await scheduler.wait(0);
  }
  await writer.close();
  return hexOf(await digest.digest);
}

async function slice(bucket: R2Bucket, key: string, offset: number, length: number): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array();
  const object = await bucket.get(key, { range: { offset, length } });
  if (!object) throw new Error('the object is gone');
  return new Uint8Array(await object.arrayBuffer());
}
