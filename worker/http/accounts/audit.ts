/** The account's audit log (V45). Administrators read it; nobody changes it. */
import { AuditPage, AuditQuery } from '#protocol';
import { Hono } from 'hono';
import { listAudit } from '../../db/audit.ts';
import { asks, may, tells } from '../serving/door.ts';
import { answer, type Bound } from '../serving/exchange.ts';

export const audit = new Hono<Bound>();

audit.get(
  '/',
  may('audit.read'),
  asks(AuditQuery),
  tells('Who signed in and changed what, newest first', AuditPage),
  async (c) => answer(c, await listAudit(c.env.DB, c.var.user.account, c.req.valid('query'))),
);
