/** The Worker's entry: the API, the pages and the actors. */
import { Hono } from 'hono';
import type { Env } from './actors/env.ts';
import { api } from './http/api.ts';
import type { Bound } from './http/serving/exchange.ts';
import { pageFailed } from './http/serving/failures.ts';
import { safeHeaders } from './http/serving/headers.ts';
import { pages } from './http/sites/pages.ts';

export { Agent } from './actors/agent/agent.ts';
export { Conversation } from './actors/conversation/conversation.ts';
export { Dispatcher } from './actors/dispatcher/dispatcher.ts';
export { Lobby } from './actors/lobby/lobby.ts';
export { PasswordHasher } from './actors/password-hasher.ts';
export { Throttle } from './actors/throttle.ts';
export { Visitor } from './actors/visitor/visitor.ts';

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
