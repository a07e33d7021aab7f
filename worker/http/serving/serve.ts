/**
 * Serves a route: checks the request, calls the handler, and sends the answer. A handler can answer only what its
 * route declares, or a refusal.
 */
import { can, needsOnline } from '#domain/people/rights';
import {
  check,
  isRefusal,
  isSchema,
  refuse,
  socket,
  type AnswerOf,
  type BodyOf,
  type FileForm,
  type ParamsOf,
  type QueryOf,
  type Refusal,
  type Route,
} from '#protocol';
import type { Hono } from 'hono';
import { contentType, readJson, refused, type Bound, type Exchange } from './exchange.ts';
import { operatorOf, userOf, type UserPrincipal } from './principal.ts';
import { offersSocket } from './socket.ts';

/** A request that has passed the checks of its route. */
export interface Asked<R extends Route> {
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  readonly body: R extends { readonly body: { readonly streamed: true } }
    ? undefined
    : R extends { readonly body: FileForm }
      ? FileBody
      : BodyOf<R>;
  /** The user who has the route's right. */
  readonly user: UserWith<R['right']>;
}
type UserWith<Right> = Right extends 'anybody' | 'visitor' | 'operator' ? undefined : UserPrincipal;

/** The bytes of a file, and the type that the request states. */
export interface FileBody {
  readonly bytes: Uint8Array;
  readonly type: string | undefined;
}

/** An answer that is already JSON, so that a long one is not parsed and serialised again. */
export class Written<Value> {
  declare readonly value: Value;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The client has the present version: it named its ETag. The handler has set the headers. */
export const notModified = Symbol('not modified');

/** Routes for files and sockets answer with a `Response`. */
type Answer<R extends Route> =
  | Refusal
  | AnswerOf<R>
  | typeof notModified
  | ([AnswerOf<R>] extends [never] ? Response : Written<AnswerOf<R>>);

type Handler<R extends Route> = (c: Exchange, asked: Asked<R>) => Answer<R> | Promise<Answer<R>>;

export function serve<R extends Route>(app: Hono<Bound>, route: R, handler: Handler<R>): void {
  app.on(route.method, route.path, async (c) => {
    const asked = await admit(c, route);
    if (isRefusal(asked)) return refused(c, asked);
    const answer: unknown = await handler(c, asked as Asked<R>);
    if (answer instanceof Response) return answer;
    if (answer === notModified) return c.body(null, 304);
    if (answer instanceof Written) return c.body(answer.text, 200, { 'Content-Type': 'application/json' });
    return isRefusal(answer) ? refused(c, answer) : c.json(answer as object);
  });
}

/** The order decides which refusal a request with several faults gets. */
async function admit(c: Exchange, route: Route): Promise<Refusal | object> {
  if (route.answer === socket && !offersSocket(c.req.raw)) return refuse('unsupported');
  const user = await callerOf(c, route);
  if (isRefusal(user)) return user;
  // Only a well-formed id ever becomes an actor's name. An id of another form is refused like an unknown one.
  const params = c.req.param() as Record<string, string>;
  for (const [name, schema] of Object.entries(route.params ?? {}))
    if (isRefusal(check(schema, params[name]))) return refuse('not_found');
  const query = route.query ? check(route.query, c.req.query()) : {};
  if (isRefusal(query)) return query;
  const body = await bodyOf(c, route);
  return isRefusal(body) ? body : { user, params, query, body };
}

/** The user, who has the route's right, or the caller's refusal. Undefined if the route needs no user. */
async function callerOf(
  c: Exchange,
  { right, enrolling, counted }: Route,
): Promise<UserPrincipal | undefined | Refusal> {
  if (right === 'anybody' || right === 'visitor') return undefined;
  if (right === 'operator') {
    const principal = await operatorOf(c);
    return isRefusal(principal) ? principal : undefined;
  }
  const user = await userOf(c);
  if (isRefusal(user)) return user;
  if (user.mustEnroll && !enrolling) return refuse('second_factor_needed');
  if (right !== 'session') {
    const { account } = user;
    if (needsOnline(user, right, { account })) return refuse('not_online');
    if (!can(user, right, { account })) return refuse('forbidden');
  }
  const key = [user.account, user.id, ...(counted ? [counted] : [])].join(':');
  const { success } = await c.env.USER_LIMIT.limit({ key });
  return success ? user : refuse('slow_down', { retryAfter: 60_000 });
}

async function bodyOf(c: Exchange, { body }: Route): Promise<unknown> {
  if (!body) return undefined;
  if (isSchema(body)) return check(body, await readJson(c));
  if (body.streamed) return undefined;
  return { bytes: new Uint8Array(await c.req.arrayBuffer()), type: contentType(c) } satisfies FileBody;
}
