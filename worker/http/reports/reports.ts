/** Serves every report by its reader, to managers. */
import { refuse, reportRoutes } from '#protocol';
import { Hono } from 'hono';
import { getAccount } from '../../db/accounts.ts';
import type { Reports } from '../../db/reports/reader.ts';
import { readers } from '../../db/reports/readers.ts';
import type { Bound } from '../serving/exchange.ts';
import { serve } from '../serving/serve.ts';

export const reports = new Hono<Bound>();
for (const name of Object.keys(readers) as (keyof Reports)[]) serveReport(name);

function serveReport<Name extends keyof Reports>(name: Name): void {
  serve(reports, reportRoutes[name], async (c, { user, query }) => {
    const account = await getAccount(c.env.DB, user.account);
    return account ? readers[name](c.env.DB, account, query, Date.now()) : refuse('not_found');
  });
}
