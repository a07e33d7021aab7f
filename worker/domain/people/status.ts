/** The meaning of the statuses (F11 to F20). A status is a choice; sockets prove presence. */
import { statuses, type ConversationType, type Role, type Status } from '#protocol';

/** The permitted length of a short break, in milliseconds (F15). */
export const shortBreak = 15 * 60_000;

/**
 * True if routing may assign conversations of a type to agents in a status (F12 to F18). Invisible, Dinner and the
 * breaks route alike.
 */
export function receives(status: Status, type: ConversationType): boolean {
  return status === 'online' || (status === 'offline_processing' && type === 'nrt');
}

/**
 * True if an agent in this status may take a conversation by hand: before dinner they begin nothing new (F13, F16).
 */
export function takesByHand(status: Status): boolean {
  return status !== 'offline' && status !== 'before_dinner';
}

/** True if an agent in this status may see and write in conversations at all (F19). */
export function assists(status: Status): boolean {
  return status !== 'offline';
}

/** Whether a user with these roles has a status: a user who is only an administrator gets no chats. */
export function hasStatus(roles: readonly Role[]): boolean {
  return roles.some((role) => role !== 'administrator');
}

/** The statuses that can be chosen, in the menu's order (F11, F18). */
export function choosable(offlineProcessing: boolean): readonly Status[] {
  return statuses.filter((status) => offlineProcessing || status !== 'offline_processing');
}

/** True if a status has lasted longer than permitted. */
export function overdue(status: Status, since: number, now: number): boolean {
  return status === 'short_break' && now - since > shortBreak;
}
