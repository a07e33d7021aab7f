/** What the console calls the parts of a user. */
import { roles, type Role } from '#protocol';
import { m } from '#words/app';

export const roleWords: Readonly<Record<Role, () => string>> = {
  agent: m.role_agent,
  supervisor: m.role_supervisor,
  administrator: m.role_administrator,
};

/** All that a user is, in one order. */
export function rolesInWords(held: readonly Role[]): string {
  return roles
    .filter((role) => held.includes(role))
    .map((role) => roleWords[role]())
    .join(', ');
}
