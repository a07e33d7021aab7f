/** The API: all routes under /api, and the middleware that every request passes. */
import { serverRoutes } from '#protocol';
import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { audit } from './accounts/audit.ts';
import { operator } from './accounts/operator.ts';
import { settings } from './accounts/settings.ts';
import { attachments } from './canned/attachments.ts';
import { cannedFiles } from './canned/files.ts';
import { forums } from './canned/forums.ts';
import { responses } from './canned/responses.ts';
import { conversations } from './conversation/conversations.ts';
import { destinations } from './conversation/destinations.ts';
import { live } from './conversation/live.ts';
import { credentials } from './people/credentials.ts';
import { files } from './files/files.ts';
import { groups } from './people/groups.ts';
import { photos } from './people/photos.ts';
import { session } from './people/session.ts';
import { users } from './people/users.ts';
import { reports } from './reports/reports.ts';
import type { Bound } from './serving/exchange.ts';
import { apiFailed, noSuchAddress, wrongMethod } from './serving/failures.ts';
import { jsonOnly, limitedBody, ownOrigin } from './serving/guard.ts';
import { neverStored, safeHeaders } from './serving/headers.ts';
import { apiDocument } from './serving/open-api.ts';
import { serve } from './serving/serve.ts';
import { widget } from './sites/widget.ts';

export const api = new Hono<Bound>();
// The order matters: every answer gets the headers, refusals too; an origin is checked before a body is read.
api.use(safeHeaders, neverStored);
api.use(methodNotAllowed({ app: api, onMethodNotAllowed: wrongMethod }));
api.use(ownOrigin, limitedBody, jsonOnly);
serve(api, serverRoutes.health, () => ({ ok: true as const }));
serve(api, serverRoutes.openApi, apiDocument);
const subjects = [
  ...[session, widget, conversations, destinations, live, settings, credentials, photos],
  ...[files, users, groups, audit, reports, forums, responses, cannedFiles, attachments, operator],
];
for (const subject of subjects) api.route('/', subject);
api.notFound(noSuchAddress);
api.onError(apiFailed);
