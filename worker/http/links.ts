/** Links that go out by mail, and come back. */
import { refuse, type LinkAbout, type Refusal } from '#protocol';
import { agentStub, type Env } from '../actors/stubs.ts';
import { emailClaim } from '../db/emails.ts';
import { clientNetwork, flooding } from './address.ts';
import type { Exchange } from './exchange.ts';
import { linkToken } from './principal.ts';

/** PUBLIC_URL's origin, or null where that isn't set or is no web address. */
export function publicOrigin({ PUBLIC_URL }: Env): string | null {
  if (!PUBLIC_URL || !URL.canParse(PUBLIC_URL)) return null;
  const { protocol, origin } = new URL(PUBLIC_URL);
  return protocol === 'https:' || protocol === 'http:' ? origin : null;
}

/**
 * The origin that a link begins with, or null where no mail can go out. It is never what a request says of its host or its scheme:
 * anybody could have a link to their own server, or one in plain http, sent in our name.
 */
export function linkOrigin(c: Exchange): string | null {
  const { SMTP_URL, MAIL_FROM } = c.env;
  return SMTP_URL && MAIL_FROM ? publicOrigin(c.env) : null;
}

/** A link that was brought back, and holds. */
export interface BroughtLink {
  readonly account: string;
  readonly user: string;
  readonly secret: string;
  readonly about: LinkAbout;
  /** The link confirms the address that it was mailed to: nobody has yet. */
  readonly confirms: boolean;
}

/** Looks a link up without using it. Its bearer owns the mailbox, and so is told where another user has the email already. */
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
