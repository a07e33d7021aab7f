/**
 * A socket's identity is in its attachment, which outlives an actor's memory and even a deploy. So it is checked when
 * it is read: once per socket and memory, because a message is a hot path.
 */
import { isRefusal, type Refusal } from '#protocol';
import type { Socket } from './host.ts';

export interface Attachments<A> {
  /** Undefined where the attachment cannot be read: a version with another shape wrote it. */
  of(socket: Socket): A | undefined;
  set(socket: Socket, attachment: A): void;
}

export function attachments<A extends object>(read: (value: unknown) => A | Refusal): Attachments<A> {
  const known = new WeakMap<Socket, A>();
  return {
    of(socket) {
      const found = known.get(socket);
      if (found) return found;
      const attachment = read(socket.deserializeAttachment());
      if (isRefusal(attachment)) return undefined;
      known.set(socket, attachment);
      return attachment;
    },
    set(socket, attachment) {
      socket.serializeAttachment(attachment);
      known.set(socket, attachment);
    },
  };
}
