/** Links that go out by mail. */
import type { Exchange } from './exchange.ts';

/**
 * The origin that a link begins with, or null where no mail can go out. What a request says of its host is believed only behind
 * Cloudflare, which routes by it: elsewhere anybody could have a link to their own server sent in our name.
 */
export function linkOrigin(c: Exchange): string | null {
  const { SMTP_URL, MAIL_FROM, PUBLIC_URL, BEHIND_CLOUDFLARE } = c.env;
  if (!SMTP_URL || !MAIL_FROM) return null;
  if (PUBLIC_URL) return new URL(PUBLIC_URL).origin;
  return BEHIND_CLOUDFLARE === 'true' ? new URL(c.req.url).origin : null;
}
