/** The account's audit log (AUD-1). Administrators read it; no user can change it. */
import { accountRoutes } from '#protocol';
import { Hono } from 'hono';
import { listAudit } from '../../db/audit.ts';
import type { Bound } from '../serving/exchange.ts';
import { serve } from '../serving/serve.ts';

export const audit = new Hono<Bound>();

serve(audit, accountRoutes.audit, (c, { user, query }) => listAudit(c.env.DB, user.account, query));
