/** Clients behind addresses of their own. */
import { statedFetch } from '../helpers/people.ts';

/** A client at an address. Only a server behind Cloudflare trusts it. */
export function from(base: string, address: string, cookie?: string): typeof fetch {
  const stated = statedFetch(base, {}, cookie);
  return (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('CF-Connecting-IP', address);
    return stated(input, { ...init, headers });
  };
}
