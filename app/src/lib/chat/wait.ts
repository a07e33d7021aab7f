/** How long a visitor waited for an answer. Whoever had the chat meanwhile: a person's first word ends the wait, or the end of the chat. */
import type { ConversationState } from '#protocol';

export interface Wait {
  readonly length: number;
  /** It is over: else it grows. */
  readonly over: boolean;
  /** It ended without an answer. */
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
