/** Upgrades as an actor receives them: the Worker has authenticated the principal, and the actor says whether it admits it. */
import { check, isRefusal, Principal, principalHeader, refuse, subprotocol } from '#protocol';

type Kind = Principal['kind'];
type Of<K extends Kind> = Extract<Principal, { kind: K }>;

/** The principal, of one of these kinds and admitted; or the answer to an upgrade that the actor does not take. */
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

/** The answer to an upgrade that does not offer this version of the protocol, as one of the names in its list. */
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
