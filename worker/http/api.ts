/** The API: every address under /api, and what every request to it passes through. */
import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { conversations } from './conversations.ts';
import { audit } from './audit.ts';
import { credentials } from './credentials.ts';
import { by, tells } from './door.ts';
import type { Bound } from './exchange.ts';
import { apiFailed, noSuchAddress, wrongMethod } from './failures.ts';
import { groups } from './groups.ts';
import { jsonOnly, limitedBody, ownOrigin } from './guard.ts';
import { neverStored, safeHeaders } from './headers.ts';
import { live } from './live.ts';
import { openApi } from './open-api.ts';
import { operator } from './operator.ts';
import { session } from './session.ts';
import { settings } from './settings.ts';
import { users } from './users.ts';
import { widget } from './widget.ts';

export const api = new Hono<Bound>();
// The order matters: headers go on every answer, refusals included; an origin is judged before a body is read.
api.use(safeHeaders, neverStored);
api.use(methodNotAllowed({ app: api, onMethodNotAllowed: wrongMethod }));
api.use(ownOrigin, limitedBody, jsonOnly);
api.get('/api/health', by('anybody'), tells('Whether the server answers'), (c) => c.json({ ok: true }));
api.get('/api/openapi.json', by('anybody'), tells('This document'), (c) => c.json(openApi(api)));
api.route('/api', session);
api.route('/api/widget', widget);
api.route('/api/conversations', conversations);
api.route('/api', live);
api.route('/api', settings);
api.route('/api', credentials);
api.route('/api/users', users);
api.route('/api/groups', groups);
api.route('/api/audit', audit);
api.route('/api/operator', operator);
api.notFound(noSuchAddress);
api.onError(apiFailed);
