/**
 * Reads and writes the attachment that describes a socket. Parsed once per socket while the actor is awake, because
 * every message needs it.
 */
import { Attachment, check, isRefusal } from '#protocol';
import type { Socket } from '../../runtime/host.ts';

const known = new WeakMap<Socket, Attachment>();

export function attachmentOf(socket: Socket): Attachment | undefined {
  const found = known.get(socket);
  if (found) return found;
  const read = check(Attachment, socket.deserializeAttachment());
  if (isRefusal(read)) return undefined;
  known.set(socket, read);
  return read;
}

export function attach(socket: Socket, attachment: Attachment): void {
  socket.serializeAttachment(attachment);
  known.set(socket, attachment);
}
