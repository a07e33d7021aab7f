/** The time table: what each agent was on a day, and for how long (V50). All lengths are in milliseconds. */
import * as v from 'valibot';
import { GroupId, UserId } from '../base/ids.ts';
import { Status, statuses } from '../conversation/parties.ts';

/** A day of the calendar, `YYYY-MM-DD`. */
export const Day = v.pipe(
  v.string(),
  v.regex(/^20\d\d-\d\d-\d\d$/),
  v.check((day) => {
    const date = new Date(`${day}T12:00:00Z`);
    return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
  }, 'There is no such day.'),
);

/** The day is one of the account's zone; with a group, of its members alone. */
export const TimeTableQuery = v.object({ day: Day, group: v.optional(GroupId) });
export type TimeTableQuery = v.InferOutput<typeof TimeTableQuery>;

export const TimeTableRow = v.object({
  id: UserId,
  /** The name stays when the user is deleted. */
  name: v.string(),
  photo: v.nullable(v.string()),
  deleted: v.boolean(),
  /** How long they were signed in: `away` and `statuses` add up to it. */
  total: v.number(),
  /** Signed in without a live tab. */
  away: v.number(),
  /** With a live tab, by status; what they were not is left out. */
  statuses: v.partial(v.object(v.entriesFromList(statuses, v.number()))),
  /** Short breaks that took longer than they may: how many, and for how long past that. */
  overdue: v.object({ count: v.number(), length: v.number() }),
  /** From `from` to `to`, without overlaps and with no gap but where they were not signed in. */
  intervals: v.array(v.object({ from: v.number(), to: v.number(), status: Status, connected: v.boolean() })),
});
export type TimeTableRow = v.InferOutput<typeof TimeTableRow>;

/** By name, all who were signed in. */
export const TimeTable = v.object({
  zone: v.string(),
  /** When the day began and ends: it may have 23 hours, or 25. */
  from: v.number(),
  to: v.number(),
  /** Up to when it is told: the server's clock. */
  now: v.number(),
  rows: v.array(TimeTableRow),
});
export type TimeTable = v.InferOutput<typeof TimeTable>;
