/** The Worker's entry: the API and the pages, what every request passes through, and the actors. */
import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import type { Env } from './actors/env.ts';
import { conversations } from './http/conversations.ts';
import type { Bound } from './http/exchange.ts';
import { apiFailed, noSuchAddress, pageFailed, wrongMethod } from './http/failures.ts';
import { jsonOnly, limitedBody, ownOrigin } from './http/guard.ts';
import { neverStored, safeHeaders } from './http/headers.ts';
import { live } from './http/live.ts';
import { operator } from './http/operator.ts';
import { people } from './http/people.ts';
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
api.use(methodNotAllowed({ app: api, onMethodNotAllowed: wrongMethod }));
api.use(ownOrigin, limitedBody, jsonOnly);
api.get('/api/health', (c) => c.json({ ok: true }));
api.route('/api', session);
api.route('/api/widget', widget);
api.route('/api/conversations', conversations);
api.route('/api', live);
api.route('/api', settings);
api.route('/api', people);
api.route('/api/operator', operator);
api.notFound(noSuchAddress);
api.onError(apiFailed);

const site = new Hono<Bound>();
site.use(safeHeaders);
site.route('/', pages);
site.notFound((c) => c.text('Not found', 404));
site.onError(pageFailed);

export default {
  fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    const app = pathname === '/api' || pathname.startsWith('/api/') ? api : site;
    return app.fetch(request, env, ctx);
  },
} satisfies ExportedHandler<Env>;
