/** The console's names for the roles of a user. */
import { roles, type Role } from '#protocol';
import { m } from '#words/app';

export const roleWords: Readonly<Record<Role, () => string>> = {
  agent: m.role_agent,
  supervisor: m.role_supervisor,
  administrator: m.role_administrator,
};

/** All roles of a user, in a fixed order. */
export function rolesInWords(held: readonly Role[]): string {
  return roles
    .filter((role) => held.includes(role))
    .map((role) => roleWords[role]())
    .join(', ');
}
