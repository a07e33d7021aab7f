/** The time table (TIM-1): the statuses of agents on a day of the account's zone. Managers read it. */
import { dayBounds } from '#domain/people/activity';
import { peopleRoutes, refuse } from '#protocol';
import { Hono } from 'hono';
import { getAccount } from '../../db/accounts.ts';
import { listTimeTable } from '../../db/activity.ts';
import type { Bound } from '../serving/exchange.ts';
import { serve } from '../serving/serve.ts';

export const timeTable = new Hono<Bound>();

serve(timeTable, peopleRoutes.timeTable, async (c, { user, query: { day, group } }) => {
  const account = await getAccount(c.env.DB, user.account);
  if (!account) return refuse('not_found');
  const now = Date.now();
  const span = dayBounds(account.timeZone, day);
  const rows = await listTimeTable(c.env.DB, account.id, span, group, now);
  return { zone: account.timeZone, ...span, now, rows };
});
