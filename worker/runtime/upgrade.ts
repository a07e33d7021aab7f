/**
 * Socket upgrades in an actor: the Worker has authenticated the principal, and the actor decides whether to admit it.
 */
import { check, isRefusal, Principal, principalHeader, refuse, subprotocol } from '#protocol';

type Kind = Principal['kind'];
type Of<K extends Kind> = Extract<Principal, { kind: K }>;

/** Returns the principal if its kind is accepted and it is admitted; otherwise the answer that refuses the upgrade. */
export function readUpgrade<K extends Kind>(
  request: Request,
  kinds: readonly K[],
  admits: (principal: Of<K>) => boolean,
): Of<K> | Response {
  const principal = principalOf(request);
  const fits = (asking: Principal): asking is Of<K> => (kinds as readonly Kind[]).includes(asking.kind);
  if (!principal || !fits(principal) || !admits(principal))
    return Response.json(refuse('forbidden'), { status: 403 });
  return refuseProtocol(request) ?? principal;
}

/** Refuses an upgrade whose list of subprotocols lacks this version of the protocol. */
export function refuseProtocol(request: Request): Response | undefined {
  const offered = (request.headers.get('sec-websocket-protocol') ?? '').split(',');
  if (offered.some((name) => name.trim() === subprotocol)) return undefined;
  return Response.json(refuse('unsupported'), { status: 426 });
}

function principalOf(request: Request): Principal | null {
  let read: unknown;
  try {
    read = JSON.parse(request.headers.get(principalHeader) ?? 'null');
  } catch {
    return null;
  }
  const principal = check(Principal, read);
  return isRefusal(principal) ? null : principal;
}
