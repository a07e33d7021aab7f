/** Upgrades: what every socket must offer, and handing it to its actor. */
import type { Principal } from '#domain';
import { refuse, subprotocol, type Refusal } from '#protocol';
import type { Exchange } from './exchange.ts';
import { isUpgrade } from './guard.ts';
import { forwarded, protocolsOf } from './principal.ts';

/** V13: a socket, in this version of the protocol. */
export function speaks(c: Exchange): Refusal | undefined {
  const spoken = isUpgrade(c.req.raw) && protocolsOf(c.req.raw).includes(subprotocol);
  return spoken ? undefined : refuse('unsupported');
}

/** Gives the socket to the actor, which answers the upgrade. */
export function handOver(
  c: Exchange,
  actor: { fetch: Fetcher['fetch'] },
  principal: Principal,
): Promise<Response> {
  return actor.fetch(forwarded(c.req.raw, principal));
}
