/**
 * Mentions: a colleague whom a note mentions may read the conversation until it has been closed for seven days, even
 * if the account's visibility rule hides it. A mention gives no right to write messages.
 */
import type { ConversationState } from '#protocol';

type Mentioning = Pick<ConversationState, 'mentioned' | 'closed'>;

/** How long after the end of a conversation a mention lets its colleague read, in milliseconds. */
const readsFor = 7 * 86_400_000;

/** When the mentions of a closed conversation no longer let anybody read; null while it is open. */
export function mentionsEndAt({ closed }: Pick<Mentioning, 'closed'>): number | null {
  return closed && closed.at + readsFor;
}

/** The colleagues who may read the conversation at this time because a note mentions them. */
export function readersByMention({ mentioned = [], closed }: Mentioning, now: number): readonly string[] {
  const end = mentionsEndAt({ closed });
  return end === null || now < end ? mentioned : [];
}
