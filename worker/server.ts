/** The Worker's entry: the API and the pages, what every request passes through, and the actors. */
import { refuse, type Refusal } from '#protocol';
import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import type { Env } from './actors/env.ts';
import { conversations } from './http/conversations.ts';
import { refused, type Bound, type Exchange } from './http/exchange.ts';
import { jsonOnly, limitedBody, ownOrigin } from './http/guard.ts';
import { neverStored, safeHeaders } from './http/headers.ts';
import { live } from './http/live.ts';
import { logError } from './http/log.ts';
import { operator } from './http/operator.ts';
import { pages } from './http/pages.ts';
import { session } from './http/session.ts';
import { settings } from './http/settings.ts';
import { widget } from './http/widget.ts';

export { Agent } from './actors/agent/agent.ts';
export { Conversation } from './actors/conversation/conversation.ts';
export { Dispatcher } from './actors/dispatcher/dispatcher.ts';
export { Throttle } from './actors/throttle.ts';
export { Visitor } from './actors/visitor/visitor.ts';

const api = new Hono<Bound>();
// The order matters: headers go on every answer, refusals included; an origin is judged before a body is read.
api.use(safeHeaders, neverStored);
api.use(
  methodNotAllowed({
    app: api,
    onMethodNotAllowed(c, methods) {
      c.header('Allow', methods.join(', '));
      return refused(c as Exchange, refuse('method_not_allowed'));
    },
  }),
);
api.use(ownOrigin, limitedBody, jsonOnly);
api.get('/api/health', (c) => c.json({ ok: true }));
api.route('/api', session);
api.route('/api/widget', widget);
api.route('/api/conversations', conversations);
api.route('/api', live);
api.route('/api', settings);
api.route('/api/operator', operator);
api.notFound((c) => refused(c, refuse('not_found')));
api.onError((error, c) => refused(c, failure(error, c)));

const site = new Hono<Bound>();
site.use(safeHeaders);
site.route('/', pages);
site.notFound((c) => c.text('Not found', 404));
site.onError((error, c) => {
  const { refused: code, message } = failure(error, c);
  return c.text(message, code === 'unavailable' ? 503 : 500);
});

export default {
  fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    const app = pathname === '/api' || pathname.startsWith('/api/') ? api : site;
    return app.fetch(request, env, ctx);
  },
} satisfies ExportedHandler<Env>;

/** What went wrong here is written down, and told to nobody. */
function failure(error: unknown, c: Exchange): Refusal {
  logError(error, { at: 'http', method: c.req.method, path: c.req.path, ray: c.req.header('cf-ray') });
  return refuse(isPassing(error) ? 'unavailable' : 'internal');
}

/** A database or an actor that can't be reached just now: the same request may do better in a moment. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { retryable, overloaded } = error as Error & { retryable?: boolean; overloaded?: boolean };
  return retryable === true || overloaded === true || error.message.startsWith('D1_') || isPassing(error.cause);
}
