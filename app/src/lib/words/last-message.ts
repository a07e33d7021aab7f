/** The text of a conversation's last message in lists, without its markup. */
import { plainText } from '#domain/conversation/format';
import type { LastMessage } from '#protocol';
import { m } from '#words/app';

/** `otherwise` is shown while there is no message. */
export function lastWords(
  last: Pick<LastMessage, 'text' | 'deleted'> | null | undefined,
  otherwise = '',
): string {
  return last?.deleted ? m.message_deleted() : (last && plainText(last.text)) || otherwise;
}
