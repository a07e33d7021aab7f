/** The words of the mails that users get, in their language. */
import { m } from '#words/worker';
import type { Person } from '../../db/users.ts';
import type { Mail } from '../mailer.ts';
import type { MailOrder } from './links.ts';

export function mailOf(to: Person, { kind, by }: MailOrder, url: string): Mail {
  const { name, email, account, language: locale } = to;
  const parts = { name, account: account.name, by: by ?? account.name, url };
  const words =
    kind === 'reset'
      ? { subject: m.mail_reset_subject({}, { locale }), text: m.mail_reset(parts, { locale }) }
      : { subject: m.mail_invitation_subject(parts, { locale }), text: m.mail_invitation(parts, { locale }) };
  return { to: { name, email }, ...words };
}
