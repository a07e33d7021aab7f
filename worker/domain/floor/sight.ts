/** Whose conversations a user sees (F42): a rule of the account, beside what a role may do. */
import type { Role, Sees } from '#protocol';

/** Who looks. */
export interface Viewer {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
}

/** Supervisors and administrators see everything, whatever the account says. */
export function seesAll({ roles }: Pick<Viewer, 'roles'>): boolean {
  return roles.some((role) => role !== 'agent');
}

/** Whether a conversation is within sight. One that nobody owns is within everybody's: somebody has to take it. */
export function maySee(
  viewer: Viewer,
  rule: Sees,
  owner: { readonly id: string; readonly groups: readonly string[] } | null,
): boolean {
  if (!owner || owner.id === viewer.id || rule === 'all' || seesAll(viewer)) return true;
  return rule === 'groups' && owner.groups.some((group) => viewer.groups.includes(group));
}
