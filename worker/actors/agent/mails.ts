/** The words of the mails that users get, in their language. */
import type { Language } from '#protocol';
import { m } from '#words/worker';
import type { Person } from '../../db/users.ts';
import type { Mail } from '../mailer.ts';
import type { MailOrder } from './links.ts';

export function mailOf(user: Person, order: MailOrder, url: string): Mail {
  const { name, account } = user;
  const parts = { name, account: account.name, by: order.by ?? account.name, url };
  return { to: { name, email: order.to ?? user.email }, ...wordsOf(order, parts, { locale: user.language }) };
}

type Parts = Readonly<Record<'name' | 'account' | 'by' | 'url', string>>;

function wordsOf({ kind, to }: MailOrder, parts: Parts, locale: { locale: Language }): Omit<Mail, 'to'> {
  switch (kind) {
    case 'reset':
      return { subject: m.mail_reset_subject({}, locale), text: m.mail_reset(parts, locale) };
    case 'invitation':
      return { subject: m.mail_invitation_subject(parts, locale), text: m.mail_invitation(parts, locale) };
    case 'confirmation':
      return {
        subject: m.mail_confirmation_subject(parts, locale),
        text: to === undefined ? m.mail_confirmation(parts, locale) : m.mail_new_email(parts, locale),
      };
  }
}
