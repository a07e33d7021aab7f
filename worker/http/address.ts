/** Where a request comes from, and how often one address may come. */
import type { throttle } from '#domain';
import { refuse, type Refusal } from '#protocol';
import { throttleStub, type Env } from '../actors/stubs.ts';
import type { Exchange } from './exchange.ts';

/**
 * The client's address, or null where none can be believed. Cloudflare sets CF-Connecting-IP itself; elsewhere it is what the
 * client wrote: Miniflare fills it in from the socket only where the client left it out. So without Cloudflare in front nothing
 * is counted by address, for one shared count would let anybody lock out everybody.
 */
export function clientAddress(c: Exchange): string | null {
  if (c.env.BEHIND_CLOUDFLARE !== 'true') return null;
  return c.req.header('CF-Connecting-IP') ?? null;
}

/** What is counted where one address may come only so often. */
export function clientNetwork(c: Exchange): string | null {
  const address = clientAddress(c);
  return address === null ? null : networkOf(address);
}

/** An IPv6 client owns a whole /64: that is what is counted. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [left = [], right = []] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const gap = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  const groups = [...left, ...gap, ...right].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}

/** A first line against floods: 60 a minute for each kind of act and whoever does it. */
export async function flooding(env: Env, act: string, by: string | null): Promise<Refusal | undefined> {
  if (by === null) return undefined;
  const { success } = await env.VISITOR_LIMIT.limit({ key: `${act}:${by}` });
  return success ? undefined : refuse('slow_down', { retryAfter: 60_000 });
}

/** Counts this attempt for the address and for the email, or says how long either has to wait. */
export async function tooMany(
  c: Exchange,
  kind: 'email' | 'mail',
  email: string,
): Promise<Refusal | undefined> {
  const address = clientNetwork(c);
  for (const [counted, value] of [['address', address] as const, [kind, email] as const]) {
    if (value === null) continue;
    const { wait } = await (await throttleOf(c.env, counted, value)).attempt(counted);
    if (wait > 0) return refuse('slow_down', { retryAfter: wait });
  }
  return undefined;
}

/** The exact count of sign-ins, or of mails, for one email or address. */
export async function throttleOf(env: Env, kind: throttle.ThrottleKind, value: string) {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(value));
  const hash = [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return throttleStub(env, `${kind}:${hash}`);
}
