/**
 * The attachments of the floor's and the lobby's sockets. They outlive a deploy, so they are checked when they are
 * read.
 */
import * as v from 'valibot';
import { UserId } from '../base/ids.ts';
import { Role } from '../people/roles.ts';

/** A tab that watches the floor. */
export const FloorAttachment = v.object({
  /** The time when it was accepted. */
  at: v.number(),
  id: UserId,
  roles: v.pipe(v.array(Role), v.readonly()),
});
export type FloorAttachment = v.InferOutput<typeof FloorAttachment>;

/** A widget without a conversation. */
export const LobbyAttachment = v.object({ at: v.number() });
export type LobbyAttachment = v.InferOutput<typeof LobbyAttachment>;
