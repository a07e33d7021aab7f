/**
 * Builds the mails to users, in their language. Text that a tenant has typed goes through `plainName`, because a mail
 * may reach a stranger to that tenant. The reader's own name is left out, because a tenant typed it, too.
 */
import { plainName } from '#domain/people/plain-name';
import type { Language } from '#protocol';
import { m } from '#words/worker';
import type { Person } from '../../db/users.ts';
import type { Mail } from '../mailer.ts';
import type { LinkOrder, Notice } from './outgoing.ts';

/** A mail with a link. */
export function linkMail(user: Person, order: LinkOrder, url: string): Mail {
  const account = accountOf(user);
  const parts = { account, by: plainName(order.by ?? '') || account, url };
  return { to: order.to ?? user.email, ...wordsOf(order, parts, { locale: user.language }) };
}

type Parts = Readonly<Record<'account' | 'by' | 'url', string>>;

function wordsOf({ kind, to }: LinkOrder, parts: Parts, locale: { locale: Language }): Omit<Mail, 'to'> {
  switch (kind) {
    case 'reset':
      return { subject: m.mail_reset_subject({}, locale), text: m.mail_reset(parts, locale) };
    case 'invitation':
      return { subject: m.mail_invitation_subject(parts, locale), text: m.mail_invitation(parts, locale) };
    case 'confirmation':
      return {
        subject: m.mail_confirmation_subject({}, locale),
        text: to === undefined ? m.mail_confirmation(parts, locale) : m.mail_new_email(parts, locale),
      };
  }
}

const notices = {
  password_changed: { subject: m.mail_password_changed_subject, text: m.mail_password_changed },
  second_factor_on: { subject: m.mail_second_factor_on_subject, text: m.mail_second_factor_on },
  second_factor_off: { subject: m.mail_second_factor_off_subject, text: m.mail_second_factor_off },
} as const satisfies Record<Notice, object>;

/** A notice. It contains no link, because phishing imitates such mails. */
export function noticeMail(user: Person, notice: Notice): Mail {
  const locale = { locale: user.language };
  const { subject, text } = notices[notice];
  return { to: user.email, subject: subject({}, locale), text: text({ account: accountOf(user) }, locale) };
}

const accountOf = ({ account }: Person): string => plainName(account.name) || 'Parley';
