/**
 * The cookie of a known device: `account.user.device.secret`, checked by the actor that it names. There is one cookie
 * for each email that has signed in here, named by a hash of the email, so that a request asks only one actor, even if
 * other users have signed in with the same browser.
 */
import { AccountId, DeviceId, UserId } from '#protocol';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Exchange } from '../serving/exchange.ts';
import { longest, parse } from '../serving/principal.ts';

/** A request's claim to be a known device, unproved. */
export interface DeviceCredential {
  readonly account: string;
  readonly user: string;
  readonly device: string;
  readonly secret: string;
}

/** The most users for whom one browser can be a known device: each request carries the cookies of all. */
const maxPeople = 4;
const prefix = 'parley-device-';
const flags = { prefix: 'host', httpOnly: true, sameSite: 'Strict' } as const;

export async function deviceOf(c: Exchange, email: string): Promise<DeviceCredential | undefined> {
  const parts = parse(getCookie(c, await nameFor(email), 'host'), [AccountId, UserId, DeviceId]);
  const [account, user, device, secret] = parts ?? [];
  return account && user && device && secret ? { account, user, device, secret } : undefined;
}

/** Sets the cookie, or extends its life. If there are too many, the oldest are deleted. */
export async function keepDevice(c: Exchange, email: string, of: DeviceCredential): Promise<void> {
  const name = await nameFor(email);
  // Browsers send the oldest first (RFC 6265, 5.4).
  const others = Object.keys(getCookie(c)).flatMap((each) => {
    const [, other] = each.split(`__Host-${prefix}`);
    return other === undefined || `${prefix}${other}` === name ? [] : [`${prefix}${other}`];
  });
  for (const other of others.slice(0, Math.max(0, others.length - maxPeople + 1)))
    deleteCookie(c, other, flags);
  const { account, user, device, secret } = of;
  setCookie(c, name, [account, user, device, secret].join('.'), { ...flags, maxAge: longest });
}

async function nameFor(email: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`device ${email}`));
  const tag = [...new Uint8Array(bytes).slice(0, 8)].map((byte) => byte.toString(16).padStart(2, '0'));
  return prefix + tag.join('');
}
