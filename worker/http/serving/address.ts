/** Where a request comes from, and how often one address may come. */
import { refuse, type Refusal } from '#protocol';
import type { Env } from '../../actors/stubs.ts';
import type { Exchange } from './exchange.ts';
import { canonicalAddress, forwardedFor, networksOf } from './ip-address.ts';

/**
 * The client's address in its canonical form, or null where none can be believed. Cloudflare sets CF-Connecting-IP itself. Elsewhere
 * the header that the deployment names is believed as far as its own proxies wrote it. Without either, every header is the client's
 * own writing (Miniflare fills in CF-Connecting-IP only where the client left it out), so that nothing is counted by address: one
 * shared count would let anybody lock out everybody.
 */
export function clientAddress(c: Exchange): string | null {
  const { BEHIND_CLOUDFLARE, TRUSTED_ADDRESS_HEADER, TRUSTED_PROXIES } = c.env;
  if (BEHIND_CLOUDFLARE === 'true') return canonicalAddress(c.req.header('CF-Connecting-IP') ?? '');
  if (!TRUSTED_ADDRESS_HEADER || !/^[\w-]+$/.test(TRUSTED_ADDRESS_HEADER)) return null;
  const proxies = /^[1-9]$/.test(TRUSTED_PROXIES ?? '1') ? Number(TRUSTED_PROXIES ?? '1') : 0;
  return proxies === 0 ? null : forwardedFor(c.req.header(TRUSTED_ADDRESS_HEADER) ?? '', proxies);
}

/** The networks in which a client is counted, narrowest first; none where the address is not known. */
export function clientNetworks(c: Exchange): string[] {
  const address = clientAddress(c);
  return address === null ? [] : networksOf(address);
}

/** The narrowest network of a client: what is counted where one client may come only so often. */
export function clientNetwork(c: Exchange): string | null {
  return clientNetworks(c)[0] ?? null;
}

/** A first line against floods: 60 a minute for each kind of act and whoever does it. */
export async function flooding(env: Env, act: string, by: string | null): Promise<Refusal | undefined> {
  if (by === null) return undefined;
  const { success } = await env.VISITOR_LIMIT.limit({ key: `${act}:${by}` });
  return success ? undefined : refuse('slow_down', { retryAfter: 60_000 });
}
