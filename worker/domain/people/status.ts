/**
 * The meaning of the statuses (F11 to F20): one record, which demands every answer of a new status. A status is a
 * choice; sockets prove presence.
 */
import { statuses, type ConversationType, type Role, type Status } from '#protocol';

/** The permitted length of a short break, in milliseconds (F15). */
export const shortBreak = 15 * 60_000;

interface Meaning {
  /** The conversations that routing may assign (F12 to F18). */
  readonly receives: readonly ConversationType[];
  /** Whether the agent may take a conversation by hand: before dinner they begin nothing new (F13, F16). */
  readonly takesByHand: boolean;
  /** Whether the agent may see and write in conversations at all (F19). */
  readonly assists: boolean;
  /** The permitted length, in milliseconds; null: no limit (F15). */
  readonly longest: number | null;
  /** Whether it can be chosen only in an account that has switched it on (F18). */
  readonly optional: boolean;
}

const onlyByHand = {
  receives: [],
  takesByHand: true,
  assists: true,
  longest: null,
  optional: false,
} as const;

const meanings: Readonly<Record<Status, Meaning>> = {
  online: { receives: ['live', 'nrt'], takesByHand: true, assists: true, longest: null, optional: false },
  invisible: onlyByHand,
  dinner: onlyByHand,
  before_dinner: { receives: [], takesByHand: false, assists: true, longest: null, optional: false },
  private_break: onlyByHand,
  short_break: { receives: [], takesByHand: true, assists: true, longest: shortBreak, optional: false },
  offline_processing: { receives: ['nrt'], takesByHand: true, assists: true, longest: null, optional: true },
  offline: { receives: [], takesByHand: false, assists: false, longest: null, optional: false },
};

/** True if routing may assign conversations of a type to agents in a status. */
export function receives(status: Status, type: ConversationType): boolean {
  return meanings[status].receives.includes(type);
}

/** True if an agent in this status may take a conversation by hand. */
export function takesByHand(status: Status): boolean {
  return meanings[status].takesByHand;
}

/** True if an agent in this status may see and write in conversations at all. */
export function assists(status: Status): boolean {
  return meanings[status].assists;
}

/**
 * Whether a user with these roles has a status: a user who is only an administrator gets no chats. Without roles, as
 * in a row of an earlier version, the user counts as an agent.
 */
export function hasStatus(roles: readonly Role[]): boolean {
  return roles.length === 0 || roles.some((role) => role !== 'administrator');
}

/** The statuses that can be chosen, in the menu's order (F11, F18). */
export function choosable(offlineProcessing: boolean): readonly Status[] {
  return statuses.filter((status) => offlineProcessing || !meanings[status].optional);
}

/** True if a status has lasted longer than permitted. */
export function overdue(status: Status, since: number, now: number): boolean {
  const { longest } = meanings[status];
  return longest !== null && now - since > longest;
}
