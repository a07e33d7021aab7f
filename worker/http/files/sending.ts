/** The actions of agents and of visitors with their uploads (FIL-1 to FIL-11). */
import { sizeOf } from '#domain/files/pictures';
import { cleanFileName } from '#domain/files/names';
import { extensionOf } from '#domain/files/types';
import { maxFileSize, partSize } from '#domain/files/parts';
import {
  isRefusal,
  maxThumbnailSide,
  refuse,
  type Done,
  type Refusal,
  type Upload,
  type UploadBody,
} from '#protocol';
import { agentStub, visitorStub } from '../../actors/stubs.ts';
import type { Exchange } from '../serving/exchange.ts';
import { logError } from '../serving/log.ts';
import type { FileBody } from '../serving/serve.ts';
import { isAccountFull } from './space.ts';
import { join } from './joining.ts';
import { receive } from './receiving.ts';

/** The sender, who has proved themselves. */
export interface Sending {
  readonly kind: 'user' | 'visitor';
  readonly account: string;
  readonly id: string;
}

const actorOf = (c: Exchange, { kind, account, id }: Sending) =>
  kind === 'user' ? agentStub(c.env, account, id) : visitorStub(c.env, account, id);

export async function begin(c: Exchange, sender: Sending, body: UploadBody): Promise<Upload | Refusal> {
  const { id, size } = body;
  if (size > maxFileSize) return refuse('too_large', { field: 'size' });
  const name = cleanFileName(body.name);
  const extension = extensionOf(name);
  if (!extension) return refuse('file_type', { field: 'name' });
  if (await isAccountFull(c, sender.account, size)) return refuse('file_quota');
  return actorOf(c, sender).beginUpload({ id, name, size, extension });
}

export async function look(c: Exchange, sender: Sending, file: string): Promise<Upload | Refusal> {
  return actorOf(c, sender).upload(file);
}

/** Stores a part. Of a part that is there already the body is read and dropped: a browser awaits that. */
export async function putPart(
  c: Exchange,
  sender: Sending,
  file: string,
  part: number,
): Promise<Upload | Refusal> {
  const { body } = c.req.raw;
  const actor = actorOf(c, sender);
  const admitted = await actor.partBegins(file, part);
  if (isRefusal(admitted)) return admitted;
  if (!('ticket' in admitted)) {
    await drained(body);
    return admitted;
  }
  const { ticket, length } = admitted;
  const stated = c.req.header('Content-Length');
  if (!body || (stated !== undefined && Number(stated) !== length)) {
    await actor.partEnds(file, part, ticket, null);
    return refuse('bad_request', { field: 'content-length' });
  }
  return finish(c, async () => {
    const received = await receive(c.env.FILES, admitted, part, body);
    const stored = typeof received === 'string' ? null : received;
    const upload = await actor.partEnds(file, part, ticket, stored);
    if (received === 'file_type') return actor.refuseContent(file);
    if (received === 'bad_request') return refuse('bad_request', { field: 'content-length' });
    return received === 'failed' && !isRefusal(upload) ? refuse('unavailable') : upload;
  });
}

export async function complete(c: Exchange, sender: Sending, file: string): Promise<Upload | Refusal> {
  const actor = actorOf(c, sender);
  const joining = await actor.joins(file);
  if (isRefusal(joining) || !('parts' in joining)) return joining;
  return finish(c, async () => actor.joined(file, await join(c.env.FILES, joining)));
}

/** FIL-8. The browser that made it has left out a camera's metadata, and this looks. */
export async function putThumbnail(
  c: Exchange,
  sender: Sending,
  file: string,
  { bytes, type }: FileBody,
): Promise<Upload | Refusal> {
  const actor = actorOf(c, sender);
  const known = type === 'image/jpeg' || type === 'image/png' ? type : undefined;
  const [width, height] = (known && sizeOf(known, bytes)) ?? [0, 0];
  const fits = [width, height].every((side) => side >= 1 && side <= maxThumbnailSide);
  if (!known || !fits) return refuse('bad_request', { field: 'thumbnail' });
  return actor.setThumbnail(file, { type: known, width, height }, bytes);
}

export async function cancel(c: Exchange, sender: Sending, file: string): Promise<Done | Refusal> {
  return (await actorOf(c, sender).cancelUpload(file)) ?? {};
}

/** Reads a body to its end, if it is no longer than a part. */
async function drained(body: ReadableStream<Uint8Array> | null): Promise<void> {
  let length = 0;
  try {
    for await (const piece of body ?? []) if ((length += piece.length) > partSize) break;
  } catch {
    // The client has gone.
  }
}

/** Ends what was begun, also if the client's line breaks meanwhile. */
function finish<T>(c: Exchange, work: () => Promise<T>): Promise<T> {
  const done = work();
  c.executionCtx.waitUntil(done.catch((error: unknown) => logError(error, { at: 'upload' })));
  return done;
}
