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
});
export type AccountBody = v.InferOutput<typeof AccountBody>;

export const Account = v.object({ id: AccountId, ...AccountBody.entries });
export type Account = v.InferOutput<typeof Account>;
