/**
 * How long a visitor waited for a reply, over all owners: the wait ends with an agent's first message or the end of the
 * chat.
 */
import type { ConversationState } from '#protocol';

export interface Wait {
  readonly length: number;
  /** The wait is over; otherwise it still grows. */
  readonly over: boolean;
  /** The chat ended without a reply. */
  readonly inVain: boolean;
}

export function waitOf(
  { startedAt, firstReplyAt, closed }: Pick<ConversationState, 'startedAt' | 'firstReplyAt' | 'closed'>,
  now: number,
): Wait {
  if (firstReplyAt !== null) return { length: firstReplyAt - startedAt, over: true, inVain: false };
  if (closed) return { length: closed.at - startedAt, over: true, inVain: true };
  return { length: Math.max(0, now - startedAt), over: false, inVain: false };
}
