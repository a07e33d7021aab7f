/** Links that go out by mail. */
import type { Env } from '../../actors/stubs.ts';
import type { Exchange } from './exchange.ts';

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
