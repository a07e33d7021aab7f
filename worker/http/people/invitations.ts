/**
 * Mails to an address that an administrator has entered: an invitation, or a request to confirm an email. The
 * recipients may never have heard of the sender, so each address and each account has a limit.
 */
import type { Counted } from '#domain/base/limits';
import { awaitingEmail, type EmailState } from '#domain/people/emails';
import { isRefusal, refuse, type Refusal, type User } from '#protocol';
import { reserve, type Reserved } from '../../actors/limits.ts';
import { agentStub } from '../../actors/stubs.ts';
import { getPerson } from '../../db/users.ts';
import type { Exchange } from '../serving/exchange.ts';
import type { UserPrincipal } from '../serving/principal.ts';

/** Counts such a mail before it is ordered. The caller gives the count back if no mail is sent. */
export async function reserveInvitation(
  { env }: Exchange,
  account: string,
  email: string,
): Promise<Pick<Reserved, 'giveBack'> | Refusal> {
  const one = async (counted: Counted) => {
    const reserved = await reserve(env, counted.of, [counted]);
    if (!isRefusal(reserved)) return reserved;
    // Both limits have the same refusal, so it does not reveal whether others have invited this email.
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

/**
 * Makes a change that causes a mail to `to`, if the limits permit that mail. `to` is null if the change causes none.
 */
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
 * Sends a user the pending link, with which they choose their first password or confirm an email. It is sent even if a
 * user of another account has that email: only the mailbox's owner is told so, and the inviter learns nothing.
 */
export async function invite(
  { env }: Exchange,
  { account, ...who }: Pick<UserPrincipal, 'account' | 'name' | 'fullName'>,
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
