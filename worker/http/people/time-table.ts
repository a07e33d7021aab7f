/** The time table (V50): what agents were on a day of the account's zone. Managers read it. */
import { dayBounds } from '#domain/people/activity';
import { refuse, TimeTable, TimeTableQuery } from '#protocol';
import { Hono } from 'hono';
import { getAccount } from '../../db/accounts.ts';
import { listTimeTable } from '../../db/activity.ts';
import { asks, may, tells } from '../serving/door.ts';
import { answer, refused, type Bound } from '../serving/exchange.ts';

export const timeTable = new Hono<Bound>();

timeTable.get(
  '/time-table',
  may('reports.read'),
  asks(TimeTableQuery),
  tells('What agents were on a day, and for how long', TimeTable),
  async (c) => {
    const { day, group } = c.req.valid('query');
    const account = await getAccount(c.env.DB, c.var.user.account);
    if (!account) return refused(c, refuse('not_found'));
    const now = Date.now();
    const span = dayBounds(account.timeZone, day);
    const rows = await listTimeTable(c.env.DB, account.id, span, group, now);
    return answer(c, { zone: account.timeZone, ...span, now, rows });
  },
);
