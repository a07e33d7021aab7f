/**
 * The attachment of a conversation's socket. It outlives an actor's memory and even a deploy, so it is checked when it
 * is read.
 */
import * as v from 'valibot';
import { Role } from '../people/roles.ts';

const seq = v.pipe(v.number(), v.integer(), v.minValue(0));

const common = {
  id: v.string(),
  /** The socket has sent hello, and follows the log. */
  hello: v.boolean(),
  /** The time when the socket was accepted. */
  at: v.number(),
  /** The seq up to which the tab has confirmed the log. Absent if an earlier version accepted the socket. */
  held: v.optional(seq),
  /** The last mark of this tab that counted for its side, and its generation. */
  mark: v.optional(v.object({ delivered: seq, read: seq, generation: seq })),
};

export const Attachment = v.variant('side', [
  v.object({ side: v.literal('visitor'), ...common }),
  v.object({
    side: v.literal('agent'),
    ...common,
    name: v.string(),
    roles: v.array(Role),
    session: v.string(),
  }),
]);
export type Attachment = v.InferOutput<typeof Attachment>;
