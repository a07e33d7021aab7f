/** Changes to a user's row that concern other actors (name, photo, capacity, groups), as entries of the agent's log. */
import type { Person } from '../../db/users.ts';
import type { AgentDraft } from './storage.ts';

type Telling = (user: Person) => AgentDraft;
const named: Telling = ({ name, nickname }) => ({ kind: 'name.changed', name: nickname || name });
const shown: Telling = () => ({ kind: 'photo.changed' });
const sized: Telling = () => ({ kind: 'capacity.changed' });
const grouped: Telling = ({ groups }) => ({ kind: 'groups.changed', groups });

/** The entry for a change of each field; null for a field that no other actor uses. */
const tellings: { readonly [Field in keyof Person]: Telling | null } = {
  ...{ name: named, nickname: named, photo: shown, showsPhoto: shown },
  ...{ limits: sized, roles: sized, groups: grouped },
  ...{ id: null, account: null, email: null, language: null, manages: null, ipRules: null },
  ...{ version: null, passwordVersion: null },
};

export function changesBetween(before: Person, user: Person): AgentDraft[] {
  const fields = Object.keys(tellings) as (keyof Person)[];
  const changed = fields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(user[field]));
  // Several fields may share an entry, which is written once.
  return [...new Set(changed.map((field) => tellings[field]))].flatMap((telling) => telling?.(user) ?? []);
}
