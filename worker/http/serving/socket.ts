/** Upgrades: checks that the request offers our subprotocol, and forwards it to an actor. */
import { type Principal, subprotocol } from '#protocol';
import type { Exchange } from './exchange.ts';
import { isUpgrade } from './guard.ts';
import { bare, forwarded, protocolsOf } from './principal.ts';

/** SOC-1: true for a request for a socket in this version of the protocol. */
export function offersSocket(request: Request): boolean {
  return isUpgrade(request) && protocolsOf(request).includes(subprotocol);
}

/** Forwards the upgrade to the actor, which answers it. */
export function handOver(
  c: Exchange,
  actor: { fetch: Fetcher['fetch'] },
  principal: Principal,
): Promise<Response> {
  return actor.fetch(forwarded(c.req.raw, principal));
}

/**
 * The same for a lobby, which needs no principal. It receives its own name, and the client's networks, by which it
 * counts.
 */
export function showIn(
  c: Exchange,
  lobby: { fetch: Fetcher['fetch'] },
  name: string,
  networks: readonly string[],
): Promise<Response> {
  const headers = bare(c.req.raw);
  headers.set('x-parley-lobby', name);
  if (networks.length > 0) headers.set('x-parley-networks', networks.join(' '));
  return lobby.fetch(new Request(c.req.raw, { headers }));
}
