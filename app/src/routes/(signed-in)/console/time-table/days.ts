/** Days of the calendar, and lengths of time, as the time table needs them. */
import { statuses, type Status, type TimeTableRow } from '#protocol';

const length = 86_400_000;

/** A day so many days later, or earlier. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * length).toISOString().slice(0, 10);
}

/** True of a day as the server takes one. */
export function isDay(text: string): boolean {
  const at = Date.parse(`${text}T12:00:00Z`);
  return /^20\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** `7:05` hours and minutes. */
export function hoursAndMinutes(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

/** The statuses that anybody had, in the menu's order. */
export function statusesIn(rows: readonly TimeTableRow[]): Status[] {
  return statuses.filter((status) => rows.some((row) => (row.statuses[status] ?? 0) > 0));
}

/** All of them together. */
export function together(rows: readonly TimeTableRow[], of: (row: TimeTableRow) => number): number {
  return rows.reduce((sum, row) => sum + of(row), 0);
}
