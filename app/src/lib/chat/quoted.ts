/** A quoted message, as its quote shows it. */
import { plainText } from '#domain/conversation/format';
import type { EntryOf } from '#protocol';
import { filesWords } from '../words/files.ts';
import { partyName } from './names.ts';

export interface Quoted {
  readonly name: string;
  readonly text: string;
  readonly deleted?: boolean | undefined;
}

/** `entry` is in its revised form. */
export function quotedOf(entry: EntryOf<'message.sent'>, me: string | null, visitorName: string): Quoted {
  const text = plainText(entry.text) || filesWords(entry.files ?? []);
  return { name: partyName(entry.by, me, visitorName), text, deleted: entry.deleted };
}
