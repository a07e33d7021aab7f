/**
 * All routes of the API in one list. It is no part of the barrel, because a bundle that contains it contains every
 * schema; a type-only import costs nothing.
 */
import * as accounts from './accounts/routes.ts';
import * as server from './base/routes.ts';
import type { Route } from './base/route.ts';
import * as campaigns from './campaigns/routes.ts';
import * as canned from './canned/routes.ts';
import * as conversation from './conversation/routes.ts';
import * as files from './files/routes.ts';
import * as floor from './floor/routes.ts';
import * as people from './people/routes.ts';
import * as signIn from './people/sign-in-routes.ts';
import * as reports from './reports/routes.ts';
import * as sites from './sites/routes.ts';

const subjects = [
  server,
  signIn,
  sites,
  conversation,
  floor,
  accounts,
  campaigns,
  canned,
  files,
  people,
  reports,
];

/** Every route, by subject. */
export const allRoutes: readonly Route[] = subjects.flatMap((subject) => Object.values<Route>(subject));

type Values<Subject> = Subject[keyof Subject];
/** One of the declared routes. */
type Known =
  | Values<typeof accounts>
  | Values<typeof server>
  | Values<typeof campaigns>
  | Values<typeof canned>
  | Values<typeof files>
  | Values<typeof conversation>
  | Values<typeof floor>
  | Values<typeof people>
  | Values<typeof reports>
  | Values<typeof signIn>
  | Values<typeof sites>;
/** The method and path of a declared route. */
export type Address = Known['address'];
/** The path of a declared route. */
export type Path = Known['path'];
/** The route that has this address. */
export type RouteAt<A extends Address> = Extract<Known, { readonly address: A }>;
