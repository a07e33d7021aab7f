/** An account's own settings. */
import * as v from 'valibot';
import { AccountId } from '../base/ids.ts';
import { Name } from '../base/text.ts';
import { Assignment, MissedLimit, OfferSeconds } from '../routing/routing.ts';

/** An IANA time zone that this runtime knows. */
export const TimeZone = v.pipe(
  v.string(),
  v.maxLength(64),
  v.check((zone) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone });
      return true;
    } catch {
      return false;
    }
  }, 'time_zone'),
);

/** The conversations that an agent sees beside waiting ones: their own, those of their groups, or all. */
export const sees = ['own', 'groups', 'all'] as const;
export const Sees = v.picklist(sees);
export type Sees = v.InferOutput<typeof Sees>;

/** Minutes in which authors edit and delete their own messages; 0: never. For conversations that begin later. */
export const MessageEditMinutes = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_440));

export const AccountBody = v.strictObject({
  name: Name,
  timeZone: TimeZone,
  /** Of agents; supervisors and administrators see all. */
  sees: Sees,
  /** Requires a second factor of every user. */
  needsSecondFactor: v.boolean(),
  assignment: Assignment,
  offerSeconds: OfferSeconds,
  missedLimit: MissedLimit,
  /** Offers a status in which agents get only what was left for later (F18). */
  offlineProcessing: v.boolean(),
  /** Absent: unchanged. A console tab that was opened before an upgrade saves without it. */
  messageEditMinutes: v.optional(MessageEditMinutes),
});
export type AccountBody = v.InferOutput<typeof AccountBody>;

export const Account = v.object({
  id: AccountId,
  ...AccountBody.entries,
  messageEditMinutes: MessageEditMinutes,
});
export type Account = v.InferOutput<typeof Account>;
