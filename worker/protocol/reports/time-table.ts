/** The time table: each agent's statuses on a day, and their lengths (TIM-1). All lengths are in milliseconds. */
import * as v from 'valibot';
import { GroupId, UserId } from '../base/ids.ts';
import { Status, statuses } from '../conversation/parties.ts';
import { Day } from './day.ts';

/** The day is in the account's zone; with a group, only its members are listed. */
export const TimeTableQuery = v.object({ day: Day, group: v.optional(GroupId) });
export type TimeTableQuery = v.InferOutput<typeof TimeTableQuery>;

export const TimeTableRow = v.object({
  id: UserId,
  /** Still shown after the user is deleted. */
  name: v.string(),
  photo: v.nullable(v.string()),
  deleted: v.boolean(),
  /** How long they were signed in: the sum of `away` and `statuses`. */
  total: v.number(),
  /** Signed in without a live tab. */
  away: v.number(),
  /** With a live tab, by status; statuses without time are left out. */
  statuses: v.partial(v.object(v.entriesFromList(statuses, v.number()))),
  /** Short breaks that took longer than permitted: their number, and the total excess. */
  overdue: v.object({ count: v.number(), length: v.number() }),
  /** From `from` to `to`, without overlaps; gaps only while they were signed out. */
  intervals: v.array(v.object({ from: v.number(), to: v.number(), status: Status, connected: v.boolean() })),
});
export type TimeTableRow = v.InferOutput<typeof TimeTableRow>;

/** All users who were signed in, by name. */
export const TimeTable = v.object({
  zone: v.string(),
  /** When the day begins and ends: it may have 23 hours, or 25. */
  from: v.number(),
  to: v.number(),
  /** The server's clock, up to which times are counted. */
  now: v.number(),
  rows: v.array(TimeTableRow),
});
export type TimeTable = v.InferOutput<typeof TimeTable>;
