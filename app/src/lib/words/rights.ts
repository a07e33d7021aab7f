/** Texts for the rights. A new right needs one here. */
import type { rights } from '#domain/people/rights';
import type { Sees } from '#protocol';
import { m } from '#words/app';

export const rightWords: Readonly<Record<keyof typeof rights, () => string>> = {
  'conversation.follow': m.right_follow,
  'conversation.write': m.right_write,
  'conversation.take': m.right_take,
  'conversation.assign': m.right_assign,
  'floor.watch': m.right_watch,
  'conversation.history': m.right_history,
  'canned.use': m.right_canned_use,
  'canned.write': m.right_canned_write,
  'settings.read': m.right_settings_read,
  'settings.write': m.right_settings_write,
  'people.read': m.right_people_read,
  'people.write': m.right_people_write,
  'reports.read': m.right_reports,
  'audit.read': m.right_audit,
};

/** Rules of the account, beside the table. */
export const sightWords: Readonly<Record<Sees, () => string>> = {
  own: m.rights_sees_own,
  groups: m.rights_sees_groups,
  all: m.rights_sees_all,
};
