/** The client's address and networks, and a limit on requests per client. */
import { refuse, type Refusal } from '#protocol';
import type { Env } from '../../actors/stubs.ts';
import type { Exchange } from './exchange.ts';
import { canonicalAddress, forwardedFor, networksOf } from './ip-address.ts';

/**
 * The client's address in its canonical form; null if no trustworthy header names one. Cloudflare sets
 * CF-Connecting-IP itself. Elsewhere, the header that the deployment names is trusted as far as the deployment's own
 * proxies wrote it. Without either, the client may have written any header itself (Miniflare sets CF-Connecting-IP
 * only if the client did not), so nothing is counted by address: with one shared count, any client could lock out all
 * others.
 */
export function clientAddress(c: Exchange): string | null {
  const { BEHIND_CLOUDFLARE, TRUSTED_ADDRESS_HEADER, TRUSTED_PROXIES } = c.env;
  if (BEHIND_CLOUDFLARE === 'true') return canonicalAddress(c.req.header('CF-Connecting-IP') ?? '');
  if (!TRUSTED_ADDRESS_HEADER || !/^[\w-]+$/.test(TRUSTED_ADDRESS_HEADER)) return null;
  const proxies = /^[1-9]$/.test(TRUSTED_PROXIES ?? '1') ? Number(TRUSTED_PROXIES ?? '1') : 0;
  return proxies === 0 ? null : forwardedFor(c.req.header(TRUSTED_ADDRESS_HEADER) ?? '', proxies);
}

/** The networks by which a client is counted, narrowest first; none if the address is unknown. */
export function clientNetworks(c: Exchange): string[] {
  const address = clientAddress(c);
  return address === null ? [] : networksOf(address);
}

/** The narrowest network of a client, for limits on a single client. */
export function clientNetwork(c: Exchange): string | null {
  return clientNetworks(c)[0] ?? null;
}

/** A first defence against floods: each source (`by`) may do each kind of act 60 times a minute. */
export async function flooding(env: Env, act: string, by: string | null): Promise<Refusal | undefined> {
  if (by === null) return undefined;
  const { success } = await env.VISITOR_LIMIT.limit({ key: `${act}:${by}` });
  return success ? undefined : refuse('slow_down', { retryAfter: 60_000 });
}
