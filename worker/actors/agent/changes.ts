/** Changes to a user's row that concern other actors (name, photo, capacity, groups), as entries of the agent's log. */
import type { Person } from '../../db/users.ts';
import type { AgentDraft } from './storage.ts';

export function changesBetween(before: Person, user: Person): AgentDraft[] {
  const { groups, name, nickname } = user;
  const capacity = ({ limits, roles }: Person) => JSON.stringify([limits, roles]);
  const entries: AgentDraft[] = [];
  if (before.name !== name || before.nickname !== nickname)
    entries.push({ kind: 'name.changed', name: nickname || name });
  if (before.photo !== user.photo) entries.push({ kind: 'photo.changed' });
  if (capacity(before) !== capacity(user)) entries.push({ kind: 'capacity.changed' });
  if (before.groups.join() !== groups.join()) entries.push({ kind: 'groups.changed', groups });
  return entries;
}
