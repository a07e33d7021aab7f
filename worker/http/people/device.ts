/**
 * The cookie of a known device: `account.user.device.secret`, proved by the actor that it names. There is one for each email that has
 * signed in here, named by a hash of it, so that a request asks one actor, whoever else has signed in with the same browser.
 */
import { AccountId, DeviceId, UserId } from '#protocol';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Exchange } from '../serving/exchange.ts';
import { longest, parse } from '../serving/principal.ts';

/** What a request says of its device, unproved. */
export interface DeviceCredential {
  readonly account: string;
  readonly user: string;
  readonly device: string;
  readonly secret: string;
}

/** How many people's devices one browser is at the most: each request carries them all. */
const maxPeople = 4;
const prefix = 'parley-device-';
const flags = { prefix: 'host', httpOnly: true, sameSite: 'Strict' } as const;

export async function deviceOf(c: Exchange, email: string): Promise<DeviceCredential | undefined> {
  const parts = parse(getCookie(c, await nameFor(email), 'host'), [AccountId, UserId, DeviceId]);
  const [account, user, device, secret] = parts ?? [];
  return account && user && device && secret ? { account, user, device, secret } : undefined;
}

/** Keeps the cookie, or keeps it for longer. The people who came here first go where there are too many. */
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
