/** Calendar days and durations for the time table. */
import { sum } from '#domain/people/activity';
import { statuses, type Status, type TimeTableRow } from '#protocol';

/** True if the server accepts the text as a day. */
export function isDay(text: string): boolean {
  const at = Date.parse(`${text}T12:00:00Z`);
  return /^20\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** A duration as `7:05:09`: hours, minutes and seconds. */
export function clockLength(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

type Interval = TimeTableRow['intervals'][number];

/**
 * In milliseconds. A reload, the next page or a moment without network causes shorter absences, which are not shown.
 */
export const shortestAbsence = 30_000;

/**
 * A row for the screen: intervals rounded to seconds, short absences joined to the interval before them. Totals are
 * computed from these intervals, so adding up the figures on the screen gives the totals.
 */
export function shownRow(row: TimeTableRow): TimeTableRow {
  const intervals = joined(row.intervals.map(onSeconds).filter(({ from, to }) => from < to));
  return { ...row, intervals, ...sum(intervals) };
}

const onSeconds = (interval: Interval): Interval => ({
  ...interval,
  from: Math.floor(interval.from / 1_000) * 1_000,
  to: Math.floor(interval.to / 1_000) * 1_000,
});

function joined(intervals: readonly Interval[]): Interval[] {
  const shown: Interval[] = [];
  for (const next of intervals) {
    const last = shown.at(-1);
    const touches = last?.to === next.from;
    const alike = touches && last.status === next.status && last.connected === next.connected;
    if (touches && (alike || isShortAbsence(next))) shown[shown.length - 1] = { ...last, to: next.to };
    else if (touches && isShortAbsence(last)) shown[shown.length - 1] = { ...next, from: last.from };
    else shown.push(next);
  }
  return shown;
}

const isShortAbsence = ({ from, to, connected }: Interval): boolean =>
  !connected && to - from < shortestAbsence;

/** The statuses that occur in any row, in the menu's order. */
export function statusesIn(rows: readonly TimeTableRow[]): Status[] {
  return statuses.filter((status) => rows.some((row) => (row.statuses[status] ?? 0) > 0));
}

/** The sum over all rows. */
export function together(rows: readonly TimeTableRow[], of: (row: TimeTableRow) => number): number {
  return rows.reduce((sum, row) => sum + of(row), 0);
}
