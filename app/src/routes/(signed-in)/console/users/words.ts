/** What the console calls the parts of a user. */
import { roles, type Language, type Role } from '#protocol';

export const roleWords: Readonly<Record<Role, string>> = {
  agent: 'Agent',
  supervisor: 'Supervisor',
  administrator: 'Administrator',
};
export const languageWords: Readonly<Record<Language, string>> = { en: 'English', ru: 'Русский' };

/** All that a user is, in one order. */
export function rolesInWords(held: readonly Role[]): string {
  return roles
    .filter((role) => held.includes(role))
    .map((role) => roleWords[role])
    .join(', ');
}
