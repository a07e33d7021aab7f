/**
 * An agent's past statuses and presence, from their log (F21): intervals that touch and never overlap while they are
 * signed in, and none otherwise. Clocks stop and go back; these times do not.
 */
import type { Status } from '#protocol';
import { clip, type Span } from '../base/span.ts';
import { shortBreak } from './status.ts';

/** The entries of an agent's log that make intervals. */
export type ActivityEntry = { readonly seq: number; readonly at: number } & (
  | { readonly kind: 'session.changed'; readonly signedIn: boolean }
  | { readonly kind: 'status.changed'; readonly status: Status }
  | { readonly kind: 'presence.changed'; readonly connected: boolean }
);

export interface Interval extends Span {
  /** The seq of its first entry. */
  readonly seq: number;
  readonly status: Status;
  /** They had a live tab. */
  readonly connected: boolean;
}

/** The end of an open interval: the latest time that a Date can have. */
export const openEnd = 8.64e15;

/** The state after some entries. */
export interface Activity {
  readonly signedIn: boolean;
  readonly status: Status;
  readonly connected: boolean;
  /** The latest time of any entry so far. */
  readonly latest: number;
  /** The open interval; null while the agent is signed out. */
  readonly open: Interval | null;
}

export const noActivity: Activity = {
  signedIn: false,
  status: 'offline',
  connected: false,
  latest: 0,
  open: null,
};

/** Applies one entry: the new state, and the interval that it ends. */
export function evolveActivity(
  before: Activity,
  entry: ActivityEntry,
): { activity: Activity; ended: Interval | null } {
  const latest = Math.max(before.latest, entry.at);
  const { seq, at: _, kind: __, ...change } = entry;
  const { signedIn, status, connected } = { ...before, ...change };
  const same = signedIn === before.signedIn && status === before.status && connected === before.connected;
  if (same) return { activity: { ...before, latest }, ended: null };
  const open = signedIn ? { seq, from: latest, to: openEnd, status, connected } : null;
  return {
    activity: { signedIn, status, connected, latest, open },
    ended: before.open && { ...before.open, to: latest },
  };
}

/**
 * The intervals that entries end or begin, in order; an open one is the last. Those that ended before `before` are
 * left out.
 */
export function intervalsOf(
  entries: Iterable<ActivityEntry>,
  before: Activity = noActivity,
): { activity: Activity; intervals: Interval[] } {
  let activity = before;
  const intervals: Interval[] = [];
  for (const entry of entries) {
    const next = evolveActivity(activity, entry);
    activity = next.activity;
    if (next.ended) intervals.push(next.ended);
  }
  if (activity.open && activity.open !== before.open) intervals.push(activity.open);
  return { activity, intervals };
}

export interface Sums {
  /** How long they were signed in, in milliseconds: exactly the sum of the others. */
  readonly total: number;
  /** Without a live tab. */
  readonly away: number;
  /** With a live tab, by status; statuses without time are left out. */
  readonly statuses: Partial<Record<Status, number>>;
}

export function sum(intervals: readonly Omit<Interval, 'seq'>[]): Sums {
  let [total, away] = [0, 0];
  const statuses: Partial<Record<Status, number>> = {};
  for (const { from, to, status, connected } of intervals) {
    total += to - from;
    if (connected) statuses[status] = (statuses[status] ?? 0) + to - from;
    else away += to - from;
  }
  return { total, away, statuses };
}

/**
 * Short breaks that took longer than permitted (F15), within a span: their number, and the total excess. Closing a tab
 * ends no break. To include a break that began before the span, the intervals have to begin `shortBreak` earlier.
 */
export function overdueBreaks(
  intervals: readonly Interval[],
  within: Span,
): { count: number; length: number } {
  const breaks: Span[] = [];
  for (const { from, to, status } of intervals) {
    if (status !== 'short_break') continue;
    const last = breaks.at(-1);
    if (last?.to === from) breaks[breaks.length - 1] = { from: last.from, to };
    else breaks.push({ from, to });
  }
  const over = clip(
    breaks.map(({ from, to }) => ({ from: from + shortBreak, to })),
    within,
  );
  return { count: over.length, length: over.reduce((length, { from, to }) => length + to - from, 0) };
}
