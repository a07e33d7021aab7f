/** The page to which a user is led after signing in. */
import type { Me } from '#protocol';

/** Returns a path of this app, or null: other values of `?to=` could lead a user anywhere. */
export function safePath(to: string | null): string | null {
  if (!to || !/^\/(workspace|console|profile)(?:[/?#]|$)/.test(to)) return null;
  return /[\\\s]/.test(to) ? null : to;
}

/** Agents start in the workspace, managers in the console. */
export function home({ roles, manages }: Pick<Me, 'roles' | 'manages'>): '/workspace' | '/console' {
  return manages && roles.some((role) => role !== 'agent') ? '/console' : '/workspace';
}

export function loginPath(from: string): string {
  const to = safePath(from);
  return to ? `/login?to=${encodeURIComponent(to)}` : '/login';
}
