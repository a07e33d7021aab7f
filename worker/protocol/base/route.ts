/**
 * Routes as values: each address of the API is declared once, with its right, parameters, query, body and answer. The
 * Worker serves the value, clients and tests call it, and the OpenAPI document describes it.
 */
import * as v from 'valibot';
import type { Action } from '../people/rights.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * A right of the account; `session` means every signed-in user. The handlers for `anybody` and for a `visitor`
 * identify the caller themselves. The `operator` presents the deployment's secret.
 */
export type RouteRight =
  Exclude<Action, 'deployment.operate'> | 'session' | 'anybody' | 'visitor' | 'operator';

type Schema = v.GenericSchema;
/** Strings of a path or of a query. The schema converts them. */
type Texts = v.GenericSchema<Record<string, string | undefined>, Record<string, unknown>>;

/** A body or an answer that is not JSON: the bytes of one of these media types. */
export interface FileForm {
  readonly media: readonly string[];
  /** The most bytes of a body, if they are more than those of other bodies. */
  readonly maxBytes?: number;
  /** The handler reads the body itself, piece by piece. */
  readonly streamed?: true;
}
/** The answer to a valid request is the upgrade to a socket; its frames are in PROTOCOL.md. */
export const socket = 'socket';

/** A change was made; the answer contains nothing. */
export const Done = v.object({});
export type Done = v.InferOutput<typeof Done>;

interface Described {
  readonly right: RouteRight;
  /** The route is open to a user who must still set up a second factor. */
  readonly enrolling?: true;
  /** Requests of users are counted apart from their others, under this name. */
  readonly counted?: 'files';
  readonly summary: string;
  readonly query?: Texts;
  readonly body?: Schema | FileForm;
  readonly answer: Schema | FileForm | typeof socket;
}

/** Any route. */
export interface Route extends Described {
  /** The method and the path. */
  readonly address: string;
  readonly method: HttpMethod;
  readonly path: string;
  readonly params?: Readonly<Record<string, v.GenericSchema<string, string>>>;
}

type Names<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | Names<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;
/** Each name in the path has a schema; a value of another form is answered `not_found`. */
type WithParams<Address extends string> = [Names<Address>] extends [never]
  ? { readonly params?: never }
  : { readonly params: Readonly<Record<Names<Address>, v.GenericSchema<string, string>>> };

type Declared<Address extends string, Its> = Its & {
  readonly address: Address;
  readonly method: Address extends `${infer M extends HttpMethod} ${string}` ? M : never;
  readonly path: Address extends `${HttpMethod} ${infer P}` ? P : never;
};

/** Declares a route. A bundler drops the routes that nothing uses. */
/* @__NO_SIDE_EFFECTS__ */
export function route<
  const Address extends `${HttpMethod} /api/${string}`,
  const Its extends Described & WithParams<Address>,
>(address: Address, its: Its): Declared<Address, Its> {
  return { ...its, address, ...partsOf(address) } as Declared<Address, Its>;
}

/** The method and the path in an address. */
export function partsOf(address: string): Pick<Route, 'method' | 'path'> {
  const [method, path] = address.split(' ') as [HttpMethod, string];
  return { method, path };
}

/** Declares a body or an answer that is a file. */
/* @__NO_SIDE_EFFECTS__ */
export function file(media: readonly string[]): FileForm {
  return { media };
}

/** Tells a schema from the other forms of a body or an answer. */
export function isSchema(form: Schema | FileForm | string | undefined): form is Schema {
  return typeof form === 'object' && '~standard' in form;
}

/* The types that a route gives its handler and its callers. */

export type ParamsOf<R> = R extends { readonly params: infer P }
  ? { readonly [Name in keyof P]: string }
  : Empty;
export type QueryOf<R> = R extends { readonly query: infer Q extends Schema } ? v.InferOutput<Q> : Empty;
export type BodyOf<R> = R extends { readonly body: infer B extends Schema } ? v.InferOutput<B> : undefined;
export type AnswerOf<R> = R extends { readonly answer: infer A extends Schema } ? v.InferOutput<A> : never;

type Empty = Readonly<Record<never, never>>;
/** A filter may also be plain text, so that one in a page's address is passed on unchanged: the server checks it. */
type AskedQuery<Q> = { readonly [Name in keyof Q]: Q[Name] | string };
type Part<Name extends string, Value> = Empty extends Value
  ? { readonly [N in Name]?: Value }
  : { readonly [N in Name]: Value };

/** The parts of a request of a route that the caller fills in. */
export type Asking<R> = Part<'params', ParamsOf<R>> &
  Part<'query', AskedQuery<QueryOf<R>>> &
  (R extends { readonly body: infer B }
    ? { readonly body: B extends Schema ? v.InferInput<B> : Blob | Uint8Array }
    : { readonly body?: undefined });

/** The same parts, for any route. */
export interface Filled {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: object | undefined;
}

/** An argument that is optional if the route has no such parts. */
export type AskingOf<R> = Empty extends Asking<R> ? [asking?: Asking<R>] : [asking: Asking<R>];

/** The path of a request, with its parameters and query. */
export function pathOf(
  { path }: Pick<Route, 'path'>,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, unknown>> = {},
): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value));
  const text = asked.toString();
  return text === '' ? filled : `${filled}?${text}`;
}
