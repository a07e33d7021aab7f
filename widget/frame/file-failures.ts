import * as m from '#words/widget';
import type { Attached } from '../client/attaching.ts';

/** Why a file cannot be sent. */
export function failureOf({ code, type }: Attached): string {
  switch (code) {
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
    case 'file_quota':
      return m.attach_quota();
    case 'blocked':
      return m.blocked();
    default:
      return m.attach_failed();
  }
}
