/** Where a person is led after signing in. */
import type { Me } from '#protocol';

/** A path of this site, or nothing: whatever else stands in `?to=` could lead a person anywhere. */
export function safePath(to: string | null): string | null {
  if (!to || !/^\/(workspace|console|profile)(?:[/?#]|$)/.test(to)) return null;
  return /[\\\s]/.test(to) ? null : to;
}

/** Agents work in the workspace; whoever manages starts in the console. */
export function home({ roles, manages }: Pick<Me, 'roles' | 'manages'>): '/workspace' | '/console' {
  return manages && roles.some((role) => role !== 'agent') ? '/console' : '/workspace';
}

export function loginPath(from: string): string {
  const to = safePath(from);
  return to ? `/login?to=${encodeURIComponent(to)}` : '/login';
}
