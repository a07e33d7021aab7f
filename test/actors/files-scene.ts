/** Files for tests of actors: uploads without the HTTP side. */
import { partSize } from '#domain/files/parts';
import { isRefusal, type FileExtension, type FileInfo, type Refusal, type Upload } from '#protocol';
import type { FileSender } from '../../worker/actors/contracts/files.ts';
import { env, id } from './scene.ts';

/** The methods of an actor's stub. */
export type SenderStub = {
  [K in keyof FileSender]: (
    ...asked: Parameters<FileSender[K]>
  ) => Promise<Awaited<ReturnType<FileSender[K]>>>;
};

export function accepted<T extends object>(answer: T): Exclude<T, { readonly refused: unknown }> {
  if (isRefusal(answer)) throw new Error(JSON.stringify(answer));
  return answer as Exclude<T, { readonly refused: unknown }>;
}

export const bodyOf = (size: number, file = id('file'), extension: FileExtension = 'txt') => ({
  ...{ id: file, name: `notes.${extension}`, size },
  extension,
});

/** Stores a part as the Worker does. */
export async function putPart(
  stub: SenderStub,
  file: string,
  part: number,
  bytes: Uint8Array,
): Promise<Upload | Refusal> {
  const admitted = await stub.partBegins(file, part);
  if (isRefusal(admitted) || !('ticket' in admitted)) return admitted;
  const { key, upload, ticket } = admitted;
  const { etag } = await env.FILES.resumeMultipartUpload(key, upload).uploadPart(part, bytes);
  return stub.partEnds(file, part, ticket, { etag, sha256: 'x' });
}

/** A whole file of the sender. Its digest is not computed. */
export async function wholeFile(stub: SenderStub, words = 'hello', file = id('file')): Promise<FileInfo> {
  const bytes = new TextEncoder().encode(words);
  accepted(await stub.beginUpload(bodyOf(bytes.length, file)));
  for (let part = 1; (part - 1) * partSize < bytes.length; part++)
    accepted(await putPart(stub, file, part, bytes.subarray((part - 1) * partSize, part * partSize)));
  const joining = accepted(await stub.joins(file));
  if (!('parts' in joining)) throw new Error('it is whole already');
  await env.FILES.resumeMultipartUpload(joining.key, joining.upload).complete([...joining.parts]);
  const { file: info } = accepted(await stub.joined(file, { sha256: 'f'.repeat(64) }));
  if (!info) throw new Error('it is not whole');
  return info;
}

/** The keys that R2 has of an account. */
export async function keysOf(account: string): Promise<string[]> {
  return (await env.FILES.list({ prefix: `files/${account}/` })).objects.map(({ key }) => key);
}
