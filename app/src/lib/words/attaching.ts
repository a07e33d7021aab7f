/** Why a file cannot be sent, in the user's language. */
import type { Attached } from '#client/attaching';
import { refuse } from '#protocol';
import { m } from '#words/app';
import { refusalWords } from './refusals.ts';

export function failureWords({ code, type }: Pick<Attached, 'code' | 'type'>): string {
  switch (code) {
    case undefined:
      return '';
    case 'too_large':
      return m.attach_too_large();
    case 'file_type':
      return type === null ? m.attach_type() : m.attach_content();
    case 'bad_request':
      return m.attach_empty();
    case 'unreadable':
      return m.attach_unreadable();
    case 'too_many_files':
      return m.attach_too_many();
    case 'not_found':
      return m.attach_gone();
    default:
      return refusalWords(refuse(code));
  }
}
