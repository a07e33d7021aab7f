/** The routes of reports: statistics of an account, for managers. Each has its reader in worker/db/reports. */
import { route } from '../base/route.ts';
import { TimeTable, TimeTableQuery } from './time-table.ts';

export const timeTable = route('GET /api/time-table', {
  right: 'reports.read',
  summary: 'Returns the statuses of agents on a day, and their lengths',
  query: TimeTableQuery,
  answer: TimeTable,
});
