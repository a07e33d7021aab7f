/** What the statuses mean (F11 to F20). A status is a choice; whether somebody is here, their sockets prove. */
import { statuses, type ConversationType, type Role, type Status } from '#protocol';

/** A short break is meant to be over after so long, in milliseconds (F15). */
export const shortBreak = 15 * 60_000;

/** Whether a status gets conversations of a type without asking for them (F12 to F18). Invisible, Dinner and the breaks route alike. */
export function receives(status: Status, type: ConversationType): boolean {
  return status === 'online' || (status === 'offline_processing' && type === 'nrt');
}

/** Whether who has it may take a conversation by hand: whoever goes to dinner next begins nothing new (F13, F16). */
export function takesByHand(status: Status): boolean {
  return status !== 'offline' && status !== 'before_dinner';
}

/** Whether who has it may see and write in conversations at all (F19). */
export function assists(status: Status): boolean {
  return status !== 'offline';
}

/** Whether a user with these roles has a status: a user who is only an administrator gets no chats (U17). */
export function hasStatus(roles: readonly Role[]): boolean {
  return roles.some((role) => role !== 'administrator');
}

/** Those that can be chosen, in the menu's order (F11, F18). */
export function choosable(offlineProcessing: boolean): readonly Status[] {
  return statuses.filter((status) => offlineProcessing || status !== 'offline_processing');
}

/** Whether a status has been held for longer than it is meant to. */
export function overdue(status: Status, since: number, now: number): boolean {
  return status === 'short_break' && now - since > shortBreak;
}
