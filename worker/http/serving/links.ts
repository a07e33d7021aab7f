/** The origin of links in mails. */
import type { Env } from '../../actors/stubs.ts';
import type { Exchange } from './exchange.ts';

/** PUBLIC_URL's origin; null if it is not set or is no web address. */
export function publicOrigin({ PUBLIC_URL }: Env): string | null {
  if (!PUBLIC_URL || !URL.canParse(PUBLIC_URL)) return null;
  const { protocol, origin } = new URL(PUBLIC_URL);
  return protocol === 'https:' || protocol === 'http:' ? origin : null;
}

/**
 * The origin of links in mails; null if the deployment cannot send mail. A request's own host and scheme are never
 * used: with forged ones, a caller could have us mail a link to another server, or one in plain http.
 */
export function linkOrigin(c: Exchange): string | null {
  const { SMTP_URL, MAIL_FROM } = c.env;
  return SMTP_URL && MAIL_FROM ? publicOrigin(c.env) : null;
}
