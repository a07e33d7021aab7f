/**
 * Requests by the addresses of their routes. Only the types of routes are imported: the routes themselves would bring
 * every schema into the bundle that visitors load.
 */
import { partsOf, pathOf, type Asking, type Filled, type HttpMethod } from '#protocol';
import type { Address, RouteAt } from '#protocol/routes';

export interface Request {
  readonly method: HttpMethod;
  /** With parameters and query. */
  readonly path: string;
  readonly body?: object | undefined;
}

export function requestAt<A extends Address>(address: A, asking: Asking<RouteAt<A>>): Request {
  const { params, query, body }: Filled = asking;
  const parts = partsOf(address);
  return { method: parts.method, path: pathOf(parts, params, query), body };
}

/** The address of a socket of the server at `base`. */
export function socketAt<A extends Address>(base: string, address: A, asking: Asking<RouteAt<A>>): string {
  const url = new URL(requestAt(address, asking).path, base);
  url.protocol = url.protocol.replace('http', 'ws');
  return url.href;
}
