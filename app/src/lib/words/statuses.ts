/** Texts and colours for the statuses. */
import type { Status, StatusFrame } from '#protocol';
import { m } from '#words/app';
import { isolated } from '../chat/names.ts';
import { span } from '../chat/when.ts';
import { colleagues } from '../people/colleagues.svelte.ts';

export const statusWords: Readonly<Record<Status, () => string>> = {
  online: m.status_online,
  invisible: m.status_invisible,
  dinner: m.status_dinner,
  before_dinner: m.status_before_dinner,
  private_break: m.status_private_break,
  short_break: m.status_short_break,
  offline_processing: m.status_offline_processing,
  offline: m.status_offline,
};

/** The colour of a status. */
export const statusColour = (status: Status): string => `var(--status-${status.replaceAll('_', '-')})`;

/** The duration of a status: `12 min`, `1h 05m`; empty within the first minute, also if clocks differ. */
export function heldFor(since: number, now: number): string {
  const minutes = Math.floor((now - since) / 60_000);
  if (minutes < 1) return '';
  return minutes < 60 ? m.status_minutes({ count: minutes }) : span(now - since);
}

/** The notice of a change that the agent didn't choose; null if they did. */
export function statusNews(
  before: Status,
  { status, why, by }: Pick<StatusFrame, 'status' | 'why' | 'by'>,
  /** The number of missed offers after which an agent gets no more; null if it is not known. */
  missedLimit: number | null,
): string | null {
  const words = { before: statusWords[before](), status: statusWords[status]() };
  if (by) return m.status_by({ name: isolated(colleagues.nameOf(by)), status: words.status });
  if (why === 'empty') return m.status_why_empty();
  if (why === 'missed')
    return missedLimit === null
      ? m.status_why_missed_many({ status: words.status })
      : m.status_why_missed({ status: words.status, count: missedLimit });
  return why === 'switched_off' ? m.status_why_switched_off(words) : null;
}
