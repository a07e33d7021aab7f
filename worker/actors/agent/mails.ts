/**
 * The words of the mails that users get, in their language. Whatever a tenant has typed goes through `plainName`: a mail may go to
 * somebody who has never heard of them. The reader's own name is left out, for it was typed by them, too.
 */
import { plainName } from '#domain';
import { m } from '#words/worker';
import type { Person } from '../../db/users.ts';
import type { Mail } from '../mailer.ts';
import type { LinkKind } from './links.ts';
import type { Notice } from './outgoing.ts';

/** A mail with a link. */
export function linkMail(to: Person, { kind, by }: { kind: LinkKind; by?: string }, url: string): Mail {
  const { email, language: locale } = to;
  const account = accountOf(to);
  const parts = { account, by: plainName(by ?? '') || account, url };
  const words =
    kind === 'reset'
      ? { subject: m.mail_reset_subject({}, { locale }), text: m.mail_reset(parts, { locale }) }
      : { subject: m.mail_invitation_subject(parts, { locale }), text: m.mail_invitation(parts, { locale }) };
  return { to: email, ...words };
}

const notices = {
  password_changed: { subject: m.mail_password_changed_subject, text: m.mail_password_changed },
  second_factor_on: { subject: m.mail_second_factor_on_subject, text: m.mail_second_factor_on },
  second_factor_off: { subject: m.mail_second_factor_off_subject, text: m.mail_second_factor_off },
} as const satisfies Record<Notice, object>;

/** A notice. It has no link to click: such mails are what is imitated. */
export function noticeMail(to: Person, notice: Notice): Mail {
  const { email, language: locale } = to;
  const { subject, text } = notices[notice];
  return { to: email, subject: subject({}, { locale }), text: text({ account: accountOf(to) }, { locale }) };
}

const accountOf = ({ account }: Person): string => plainName(account.name) || 'Parley';
