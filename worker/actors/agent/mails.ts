/** The words of the mails that users get, in their language. */
import type { Person } from '../../db/users.ts';
import type { Mail } from '../mailer.ts';
import type { MailOrder } from './links.ts';

export function mailOf(to: Person, { kind, by }: MailOrder, url: string): Mail {
  const { name, email, account } = to;
  const words = { en, ru }[to.language][kind]({ name, account: account.name, by: by ?? account.name, url });
  return { to: { name, email }, ...words };
}

interface Parts {
  name: string;
  account: string;
  by: string;
  url: string;
}
type Words = Record<MailOrder['kind'], (parts: Parts) => { subject: string; text: string }>;

const en: Words = {
  reset: ({ name, account, url }) => ({
    subject: 'Set a new password for Parley',
    text: `Hello ${name},

someone, probably you, has asked for a new password for your sign-in to Parley at ${account}. Set it here within 30 minutes:

${url}

If it was not you, do nothing: your password stays as it is.`,
  }),
  invitation: ({ name, account, by, url }) => ({
    subject: `${by} invites you to Parley`,
    text: `Hello ${name},

${by} has added you to ${account} on Parley, the live chat of its websites. Choose your password here within a week:

${url}`,
  }),
};

const ru: Words = {
  reset: ({ name, account, url }) => ({
    subject: 'Новый пароль для Parley',
    text: `Здравствуйте, ${name}!

Кто-то — вероятно, вы — запросил новый пароль для входа в Parley (${account}). Задайте его по ссылке в течение 30 минут:

${url}

Если это были не вы, ничего не делайте: пароль останется прежним.`,
  }),
  invitation: ({ name, account, by, url }) => ({
    subject: `${by} приглашает вас в Parley`,
    text: `Здравствуйте, ${name}!

${by} добавляет вас в ${account} — чат с посетителями сайтов на Parley. Придумайте пароль по ссылке в течение недели:

${url}`,
  }),
};
