/**
 * What stands before a handler: who may come in, and of what form is what they bring. The same lines are the API's documentation,
 * and the list of doors from which the test of rights is made (S1): who leaves one out stands out in both.
 */
import { can, type Action } from '#domain';
import { check, isRefusal, refuse } from '#protocol';
import type { MiddlewareHandler } from 'hono';
import { resolver, uniqueSymbol, type DescribeRouteOptions, type HandlerUniqueProperty } from 'hono-openapi';
import { readJson, refused, type Bound } from './exchange.ts';
import { userOf, type User } from './principal.ts';

type Schema = Parameters<typeof check>[0] & Parameters<typeof resolver>[0];
type Output<S extends Schema> = NonNullable<S['~types']>['output'];
type Knowing = Bound & { Variables: { user: User } };

/** A signed-in user, where a right is named one who holds it; the handler finds them in `c.var.user`. */
export function may(action?: Action): MiddlewareHandler<Knowing> {
  return documented(
    async (c, next) => {
      const user = await userOf(c);
      if (isRefusal(user)) return refused(c, user);
      if (action && !can(user, action, { account: user.account })) return refused(c, refuse('forbidden'));
      const { success } = await c.env.USER_LIMIT.limit({ key: `${user.account}:${user.id}` });
      if (!success) return refused(c, refuse('slow_down', { retryAfter: 60_000 }));
      c.set('user', user);
      return next();
    },
    { spec: { 'x-right': action ?? 'session', security: [{ session: [] }] } as DescribeRouteOptions },
  );
}

/** Whom a door is for that finds out itself who asks. */
export function by(whom: 'anybody' | 'visitor' | 'operator'): MiddlewareHandler<Bound> {
  const security = { anybody: [], visitor: [{ visitor: [] }], operator: [{ operator: [] }] }[whom];
  return documented((_, next) => next(), {
    spec: { 'x-right': whom, security } as DescribeRouteOptions,
  });
}

/** A body of JSON: `c.req.valid('json')`. */
export function takes<S extends Schema>(
  schema: S,
): MiddlewareHandler<Bound, string, { in: { json: Output<S> }; out: { json: Output<S> } }> {
  return documented(
    async (c, next) => {
      const body = check(schema, await readJson(c));
      if (isRefusal(body)) return refused(c, body);
      c.req.addValidatedData('json', body as object);
      return next();
    },
    { target: 'json', ...described(schema), options: { options: { errorMode: 'ignore' } } },
  );
}

/** What stands behind the question mark: `c.req.valid('query')`. */
export function asks<S extends Schema>(
  schema: S,
): MiddlewareHandler<Bound, string, { in: { query: Output<S> }; out: { query: Output<S> } }> {
  return documented(
    async (c, next) => {
      const query = check(schema, c.req.query());
      if (isRefusal(query)) return refused(c, query);
      c.req.addValidatedData('query', query as object);
      return next();
    },
    { target: 'query', ...described(schema), options: { options: { errorMode: 'ignore' } } },
  );
}

/** The id in the address: of another form nothing is there. Nothing but a well-formed id ever becomes an actor's name. */
export function names(schema: Schema): MiddlewareHandler<Bound> {
  return (c, next) =>
    isRefusal(check(schema, c.req.param('id'))) ? Promise.resolve(refused(c, refuse('not_found'))) : next();
}

/** What the door does, and the form of its answer. */
export function tells(summary: string, schema?: Schema): MiddlewareHandler<Bound> {
  const content = {
    'application/json': { schema: schema ? described(schema) : { type: 'object' as const } },
  };
  return documented((_, next) => next(), {
    spec: { summary, responses: { 200: { description: 'Done', content } } },
  });
}

const described = (schema: Schema) => resolver(schema, { errorMode: 'ignore' });

function documented<M extends object>(middleware: M, property: HandlerUniqueProperty): M {
  return Object.assign(middleware, { [uniqueSymbol]: property });
}
