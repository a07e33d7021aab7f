/**
 * Mails that an administrator has sent to an address: it is invited, or asked to confirm an email. They go to people who may never have
 * heard of the sender, so each address and each account has a limit.
 */
import type { Counted } from '#domain/base/limits';
import { awaitingEmail, type EmailState } from '#domain/people/emails';
import { isRefusal, refuse, type Refusal, type User } from '#protocol';
import { reserve, type Reserved } from '../../actors/limits.ts';
import { agentStub } from '../../actors/stubs.ts';
import { getPerson } from '../../db/users.ts';
import type { Exchange } from '../serving/exchange.ts';
import type { User as Principal } from '../serving/principal.ts';

/** Counts such a mail before it is ordered; it is given back where none goes out. */
export async function reserveInvitation(
  { env }: Exchange,
  account: string,
  email: string,
): Promise<Pick<Reserved, 'giveBack'> | Refusal> {
  const one = async (counted: Counted) => {
    const reserved = await reserve(env, counted.of, [counted]);
    if (!isRefusal(reserved)) return reserved;
    // The same words for both: nobody learns from them whether others have invited this email.
    return refuse('too_many_invitations', { retryAfter: reserved.retryAfter ?? 0 });
  };
  const byAccount = await one({ limit: 'inviting', of: account });
  if (isRefusal(byAccount)) return byAccount;
  const byEmail = await one({ limit: 'invitedEmail', of: email });
  if (isRefusal(byEmail)) {
    await byAccount.giveBack();
    return byEmail;
  }
  return { giveBack: async () => void (await Promise.all([byAccount.giveBack(), byEmail.giveBack()])) };
}

/** Makes a change after which a mail to this address is due, where it may be sent; null where none is. */
export async function withMail(
  c: Exchange,
  account: string,
  to: string | null,
  change: () => Promise<User | Refusal>,
  due: (changed: User) => boolean = () => true,
): Promise<User | Refusal> {
  const reserved = to === null ? null : await reserveInvitation(c, account, to);
  if (isRefusal(reserved)) return reserved;
  const changed = await change();
  if (isRefusal(changed) || !due(changed)) await reserved?.giveBack();
  return changed;
}

/**
 * Sends the link that is due to a user: with it they choose their first password, or confirm an email. It goes out also where another
 * account's user has that email: its owner alone is told, and whoever invites learns nothing.
 */
export async function invite(
  { env }: Exchange,
  { account, ...who }: Pick<Principal, 'account' | 'name' | 'fullName'>,
  user: User,
  origin: string,
): Promise<void> {
  const by = who.fullName ?? who.name;
  const person = await getPerson(env.DB, account, user.id);
  if (!person) return;
  const to = user.invited ? null : awaitingEmail(emailOf(user));
  const kind = user.invited ? 'invitation' : 'confirmation';
  await agentStub(env, account, user.id).mail(person, {
    ...{ kind, origin, by },
    ...(to !== null && to !== user.email && { to }),
  });
}

export const emailOf = (user: User): EmailState => ({
  email: user.email,
  confirmed: user.emailConfirmed,
  pending: user.pendingEmail?.email ?? null,
});
