/** Copies of files within R2, for owners of their own: each deletes its copy when it likes. */
import { thumbnailKey } from '#domain/files/names';
import { logError } from '../serving/log.ts';

/** Copies a file, and its thumbnail if it has one, without reading it into memory; false if R2 fails. */
export async function copyObject(
  bucket: R2Bucket,
  from: { readonly key: string; readonly small?: unknown },
  to: string,
): Promise<boolean> {
  try {
    if (from.small) await copy(bucket, thumbnailKey(from.key), thumbnailKey(to));
    await copy(bucket, from.key, to);
    return true;
  } catch (error) {
    logError(error, { at: 'copying' });
    return false;
  }
}

async function copy(bucket: R2Bucket, from: string, to: string): Promise<void> {
  const object = await bucket.get(from);
  if (!object) throw new Error('the file to copy is gone');
  // R2 accepts only a stream whose length is known.
  const fixed = new FixedLengthStream(object.size);
  await Promise.all([object.body.pipeTo(fixed.writable), bucket.put(to, fixed.readable)]);
}
