/** The two counters that call an agent to the workspace (F31 to F34). They count conversations, never messages. */
import type { Role } from '#protocol';
import type { Groups } from './roster.ts';

/** Red: own chats with unread words, and for who supervises the waiting ones too. Blue: the waiting ones, for all. */
export function counters(groups: Groups, roles: readonly Role[]): { red: number; blue: number } {
  const waiting = groups.waiting.length;
  const unread = groups.yours.filter((row) => row.unread > 0).length;
  const supervises = roles.some((role) => role !== 'agent');
  return { red: unread + (supervises ? waiting : 0), blue: waiting };
}
