/** The two counters that call an agent to the workspace (F31 to F34). They count conversations, never messages. */
import type { Role } from '#protocol';
import type { Groups } from './roster.ts';

/** The unassigned chats of all groups. A chat that a colleague transfers is assigned. */
export function unassigned({ waiting, queue, requests, unanswered }: Groups): number {
  return [...waiting, ...queue, ...requests, ...unanswered].filter(({ phase }) => phase === 'waiting').length;
}

/** Red: the agent's own chats with unread messages and, for supervisors, unassigned chats. Blue: unassigned chats. */
export function counters(groups: Groups, roles: readonly Role[]): { red: number; blue: number } {
  const waiting = unassigned(groups);
  const unread = groups.yours.filter((row) => row.unread > 0).length;
  const supervises = roles.some((role) => role !== 'agent');
  return { red: unread + (supervises ? waiting : 0), blue: waiting };
}
