/** Invitations by mail. They go to people who may never have heard of the sender, so each email and each account has a limit. */
import type { Counted } from '#domain';
import { isRefusal, refuse, type Refusal } from '#protocol';
import { reserve, type Reserved } from '../actors/limits.ts';
import { agentStub } from '../actors/stubs.ts';
import { getPerson } from '../db/users.ts';
import type { Exchange } from './exchange.ts';
import type { User } from './principal.ts';

/** Counts an invitation before it is made; it is given back where nothing comes of it. */
export async function reserveInvitation(
  { env }: Exchange,
  account: string,
  email: string,
): Promise<Pick<Reserved, 'giveBack'> | Refusal> {
  const one = async (counted: Counted) => {
    const reserved = await reserve(env, counted.of, [counted]);
    // The same words for both: nobody learns from them whether others have invited this email.
    return isRefusal(reserved)
      ? refuse('too_many_invitations', { retryAfter: reserved.retryAfter ?? 0 })
      : reserved;
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

/** Sends a link with which they choose their password. */
export async function invite(
  { env }: Exchange,
  { account, ...who }: Pick<User, 'account' | 'name' | 'fullName'>,
  id: string,
  origin: string,
): Promise<void> {
  const by = who.fullName ?? who.name;
  const person = await getPerson(env.DB, account, id);
  if (person) await agentStub(env, account, id).mail(person, { kind: 'invitation', origin, by });
}
