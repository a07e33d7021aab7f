/**
 * Types that check a request against the routes. Only types are imported: importing the routes would put every schema
 * into the bundle that visitors load, and a builder of paths would cost more bytes than the paths.
 */
import type { Address, RouteAt } from '#protocol/routes';

type Filled<Path extends string> = Path extends `${infer Head}:${string}/${infer Tail}`
  ? `${Head}${string}/${Filled<Tail>}`
  : Path extends `${infer Head}:${string}`
    ? `${Head}${string}`
    : Path;

/** The path of a route with its parameters in place; a query may follow. */
export type PathAt<A extends Address> =
  Filled<RouteAt<A>['path']> | `${Filled<RouteAt<A>['path']>}?${string}`;
export type MethodAt<A extends Address> = RouteAt<A>['method'];

/** The address of a socket of the server at `base`. */
export function socketAt<A extends Address>(base: string, path: PathAt<A>): string {
  const url = new URL(path, base);
  url.protocol = url.protocol.replace('http', 'ws');
  return url.href;
}
