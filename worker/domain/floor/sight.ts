/** Visibility: whose conversations a user sees (F42), by the account's rule and their roles. */
import type { Role, Sees } from '#protocol';

/** The user who looks. */
export interface Viewer {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
}

/** Supervisors and administrators see everything, whatever the account's rule. */
export function seesAll({ roles }: Pick<Viewer, 'roles'>): boolean {
  return roles.some((role) => role !== 'agent');
}

/**
 * True if the viewer sees a conversation. A conversation without an owner is visible to all, because an agent has to
 * take it.
 */
export function maySee(
  viewer: Viewer,
  rule: Sees,
  owner: { readonly id: string; readonly groups: readonly string[] } | null,
): boolean {
  if (!owner || owner.id === viewer.id || rule === 'all' || seesAll(viewer)) return true;
  return rule === 'groups' && owner.groups.some((group) => viewer.groups.includes(group));
}
