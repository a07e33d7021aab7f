/** Upgrades: what every socket must offer, and handing it to its actor. */
import { type Principal, subprotocol } from '#protocol';
import type { Exchange } from './exchange.ts';
import { isUpgrade } from './guard.ts';
import { bare, forwarded, protocolsOf } from './principal.ts';

/** SOC-1: a request for a socket, in this version of the protocol. */
export function offersSocket(request: Request): boolean {
  return isUpgrade(request) && protocolsOf(request).includes(subprotocol);
}

/** Gives the socket to the actor, which answers the upgrade. */
export function handOver(
  c: Exchange,
  actor: { fetch: Fetcher['fetch'] },
  principal: Principal,
): Promise<Response> {
  return actor.fetch(forwarded(c.req.raw, principal));
}

/** The same for a lobby, which takes anybody: it is told its own name, and the client's networks, which it counts. */
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
