/** The beginning of a conversation: the campaign's opening text precedes the visitor's first message. */
import type { ConversationSettings, Draft } from '#protocol';
import { system } from './parties.ts';

/** The entries with which a conversation begins, in order. */
export function begun(
  started: Draft,
  { opening }: Pick<ConversationSettings, 'opening'>,
  first: Draft,
): Draft[] {
  if (!opening) return [started, first];
  return [started, { kind: 'automatic.sent', by: system, moment: 'opening', text: opening }, first];
}
