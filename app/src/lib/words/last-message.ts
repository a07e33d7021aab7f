/** The text of a conversation's last message in lists. */
import type { LastMessage } from '#protocol';
import { m } from '#words/app';

/** `otherwise` is shown while there is no message. */
export function lastWords(
  last: Pick<LastMessage, 'text' | 'deleted'> | null | undefined,
  otherwise = '',
): string {
  return last?.deleted ? m.message_deleted() : last?.text || otherwise;
}
