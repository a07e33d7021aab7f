/** The text of a conversation's last message in lists, without its markup. */
import { plainText } from '#domain/conversation/format';
import type { LastMessage } from '#protocol';
import { m } from '#words/app';
import { countWords } from './files.ts';

/** `otherwise` is shown while there is no message. */
export function lastWords(
  last: Pick<LastMessage, 'text' | 'deleted' | 'files'> | null | undefined,
  otherwise = '',
): string {
  if (!last) return otherwise;
  if (last.deleted) return m.message_deleted();
  const { count = 0, name = '' } = last.files ?? {};
  return plainText(last.text) || countWords(count, name) || otherwise;
}
