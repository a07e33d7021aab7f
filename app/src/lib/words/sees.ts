/** Texts for the visibility of conversations to agents. */
import { sees, type Sees } from '#protocol';
import { m } from '#words/app';

export const seesWords: Readonly<Record<Sees, () => string>> = {
  own: m.sees_own,
  groups: m.sees_groups,
  all: m.sees_all,
};
const hints: Readonly<Record<Sees, () => string>> = {
  own: m.sees_own_hint,
  groups: m.sees_groups_hint,
  all: m.sees_all_hint,
};

export const seesOptions = () =>
  sees.map((value) => ({ value, label: seesWords[value](), hint: hints[value]() }));
