/** Mailed links that a user has opened. */
import { refuse, type LinkAbout, type Refusal } from '#protocol';
import { agentStub } from '../../actors/stubs.ts';
import { emailClaim } from '../../db/emails.ts';
import { clientNetwork, flooding } from '../serving/address.ts';
import type { Exchange } from '../serving/exchange.ts';
import { linkToken } from '../serving/principal.ts';

/** A mailed link that is valid. */
export interface BroughtLink {
  readonly account: string;
  readonly user: string;
  readonly secret: string;
  readonly about: LinkAbout;
  /** The link confirms the address that it was mailed to, which is still unconfirmed. */
  readonly confirms: boolean;
}

/**
 * Looks a link up without using it up. Its bearer owns the mailbox, so a refusal may reveal that another user already
 * has the email.
 */
export async function broughtLink(c: Exchange, token: string): Promise<BroughtLink | Refusal> {
  const flood = await flooding(c.env, 'redeem', clientNetwork(c));
  if (flood) return flood;
  const link = linkToken(token);
  const about = link && (await agentStub(c.env, link.account, link.user).linkAbout(link.secret));
  if (!about) return refuse('link_expired');
  const claim = await emailClaim(c.env.DB, link.account, link.user, about.email, Date.now());
  if (claim === 'held') return refuse('email_held');
  return claim === null ? refuse('link_expired') : { ...link, about, confirms: claim === 'open' };
}
