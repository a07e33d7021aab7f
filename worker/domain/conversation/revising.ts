/** The right to edit or delete a message or note. Apart from revisions.ts, because a widget judges only on demand. */
import type { Party } from '#protocol';
import { idOf } from './parties.ts';
import type { Revisable } from './revisions.ts';

/** Where a revision is judged: in the conversation, and in a browser that shows the actions. */
export interface Reviser {
  readonly by: Party;
  /** The time of the judge, in UTC milliseconds. */
  readonly now: number;
  /** The account's limit; undefined: an own message cannot be revised. */
  readonly editMinutes: number | undefined;
  readonly supervises: boolean;
}

/** Why a message or note cannot be edited or deleted; null if it can. `entry` is in its revised form. */
export function whyNot(
  act: 'edit' | 'delete',
  entry: Revisable,
  { by, now, editMinutes, supervises }: Reviser,
): 'not_found' | 'forbidden' | 'too_late' | null {
  if (entry.deleted) return 'not_found';
  const own = entry.by.kind === by.kind && idOf(entry.by) === idOf(by);
  // Not even a supervisor changes the words of another.
  if (!own) return act === 'delete' && supervises ? null : 'forbidden';
  if (supervises || (editMinutes !== undefined && now - entry.at < editMinutes * 60_000)) return null;
  return 'too_late';
}
