/**
 * What stands before a handler: who may come in, and of what form is what they bring. The same lines are the API's documentation,
 * and the list of doors from which the test of rights is made (S1): who leaves one out stands out in both.
 */
import { can, needsOnline, type Action } from '#domain/people/rights';
import { check, isRefusal, refuse } from '#protocol';
import type { MiddlewareHandler } from 'hono';
import { photoOf, type PhotoFile } from '../people/photo-file.ts';
import { contentType, readJson, refused, type Bound } from './exchange.ts';
import { userOf, type User } from './principal.ts';

type Schema = Parameters<typeof check>[0];
type Output<S extends Schema> = NonNullable<S['~types']>['output'];
/** What a handler says of its door. */
export interface Sign {
  /** A right of the account; or whoever is signed in, or whom the door finds out itself. */
  readonly right?: Action | 'session' | Whom;
  readonly takes?: Schema;
  /** It takes a photo's file instead. */
  readonly takesPhoto?: true;
  readonly asks?: Schema;
  readonly tells?: Schema | undefined;
  readonly summary?: string;
}
/** Under which a handler bears its sign. */
export const sign = Symbol('sign');
type Whom = 'anybody' | 'visitor' | 'operator';

type Knowing = Bound & { Variables: { user: User } };

/**
 * A signed-in user, where a right is named one who holds it; the handler finds them in `c.var.user`. `enrolling` is open also to one
 * who has a second factor still to set up.
 */
export function may(action?: Action | 'enrolling'): MiddlewareHandler<Knowing> {
  return bearing(
    async (c, next) => {
      const user = await userOf(c);
      if (isRefusal(user)) return refused(c, user);
      if (user.mustEnroll && action !== 'enrolling') return refused(c, refuse('second_factor_needed'));
      if (action && action !== 'enrolling') {
        const { account } = user;
        if (needsOnline(user, action, { account })) return refused(c, refuse('not_online'));
        if (!can(user, action, { account })) return refused(c, refuse('forbidden'));
      }
      const { success } = await c.env.USER_LIMIT.limit({ key: `${user.account}:${user.id}` });
      if (!success) return refused(c, refuse('slow_down', { retryAfter: 60_000 }));
      c.set('user', user);
      return next();
    },
    { right: !action || action === 'enrolling' ? 'session' : action },
  );
}

/** Whom a door is for that finds out itself who asks. */
export function by(whom: Whom): MiddlewareHandler<Bound> {
  return bearing((_, next) => next(), { right: whom });
}

/** A body of JSON: `c.req.valid('json')`. */
export function takes<S extends Schema>(
  schema: S,
): MiddlewareHandler<Bound, string, { in: { json: Output<S> }; out: { json: Output<S> } }> {
  return bearing(
    async (c, next) => {
      const body = check(schema, await readJson(c));
      if (isRefusal(body)) return refused(c, body);
      c.req.addValidatedData('json', body as object);
      return next();
    },
    { takes: schema },
  );
}

/** A body that is a photo's file: `c.var.photo`. */
export function takesPhoto(): MiddlewareHandler<Bound & { Variables: { photo: PhotoFile } }> {
  return bearing(
    async (c, next) => {
      const photo = photoOf(new Uint8Array(await c.req.arrayBuffer()), contentType(c));
      if (!photo) return refused(c, refuse('bad_request', { field: 'photo' }));
      c.set('photo', photo);
      return next();
    },
    { takesPhoto: true },
  );
}

/** What stands behind the question mark: `c.req.valid('query')`. */
export function asks<S extends Schema>(
  schema: S,
): MiddlewareHandler<Bound, string, { in: { query: Output<S> }; out: { query: Output<S> } }> {
  return bearing(
    async (c, next) => {
      const query = check(schema, c.req.query());
      if (isRefusal(query)) return refused(c, query);
      c.req.addValidatedData('query', query as object);
      return next();
    },
    { asks: schema },
  );
}

/** The id in the address: of another form nothing is there. Nothing but a well-formed id ever becomes an actor's name. */
export function names(schema: Schema): MiddlewareHandler<Bound> {
  return (c, next) =>
    isRefusal(check(schema, c.req.param('id'))) ? Promise.resolve(refused(c, refuse('not_found'))) : next();
}

/** What the door does, and the form of its answer. */
export function tells(summary: string, schema?: Schema): MiddlewareHandler<Bound> {
  return bearing((_, next) => next(), { summary, tells: schema });
}

function bearing<M extends object>(middleware: M, its: Sign): M {
  return Object.assign(middleware, { [sign]: its });
}
