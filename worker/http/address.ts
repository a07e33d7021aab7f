/** Where a request comes from, and how often one address may come. */
import { refuse, type Refusal } from '#protocol';
import type { Env } from '../actors/stubs.ts';
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
  return clientNetworks(c)[0] ?? null;
}

/** The networks in which a client is counted, narrowest first; none where the address is not known. */
export function clientNetworks(c: Exchange): string[] {
  const address = clientAddress(c);
  return address === null ? [] : [networkOf(address)];
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
