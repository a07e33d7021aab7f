/** An administrator and the owner of a mailbox, and their requests about emails. */
import { userBodyOf, type NewUserBody, type User } from '#protocol';
import { expect } from 'vitest';
import { ask, call, noMail, password, type Call, type TestAccount } from './client.ts';
import { mailTo, tokenIn } from './mails.ts';

export const next = 'a horse of another colour';
export const anEmail = () => `${crypto.randomUUID()}@example.test`;
export const as = (account: TestAccount, body?: unknown): Call => ({ cookie: account.administrator, body });
export const bodyOf = (more: Partial<NewUserBody> = {}) => ({
  ...{ email: anEmail(), name: 'Ines Duarte', nickname: '', language: 'en', showsPhoto: true },
  ...{ roles: ['agent'], manages: true, groups: [], limits: { live: null, nrt: null }, ipRules: [] },
  ...more,
});
export async function add(
  account: TestAccount,
  more: Partial<NewUserBody> = {},
  options: Call = {},
): Promise<User> {
  const made = await ask<User>('POST', '/api/users', { ...as(account, bodyOf(more)), ...options });
  if (made.status !== 200) throw new Error(JSON.stringify(made));
  return made.body;
}
export const read = async (account: TestAccount, user: User) =>
  (await ask<User>('GET', `/api/users/${user.id}`, as(account))).body;
export const move = (account: TestAccount, user: User, email: string, options: Call = {}) =>
  ask<User>('PATCH', `/api/users/${user.id}`, { ...as(account, { ...userBodyOf(user), email }), ...options });
export const again = (account: TestAccount, user: User) =>
  ask('POST', `/api/users/${user.id}/invite`, as(account));
export const cancel = (account: TestAccount, user: User) =>
  ask<User>('DELETE', `/api/users/${user.id}/pending-email`, as(account));
export const confirm = (token: string) => ask('POST', '/api/email/confirm', { body: { token } });
export const redeem = (token: string) =>
  ask('POST', '/api/password/redeem', { body: { token, password: next } });
export const about = (token: string) => ask('POST', '/api/password/link', { body: { token } });
export const enter = async (email: string, pass = password) =>
  (await call('POST', '/api/login', { body: { email, password: pass } })).status;
export const linkTo = async (email: string, count = 1) => tokenIn(await mailTo(email, count));

/** A user whose email counts as confirmed. */
export async function held(account: TestAccount, email = anEmail()): Promise<User> {
  const user = await add(account, { email, password }, { env: noMail });
  expect(user.emailConfirmed).toBe(true);
  return user;
}

export const expired = { status: 410, body: { refused: 'link_expired' } };
export const elsewhere = { status: 409, body: { refused: 'email_held' } };
export const taken = { status: 409, body: { refused: 'email_taken', field: 'email' } };
