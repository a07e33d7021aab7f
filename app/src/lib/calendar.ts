/** Days of the calendar, as `YYYY-MM-DD`: arithmetic without a clock or a zone. */

const length = 86_400_000;

/** Noon of a day, so that no rounding leads to another. */
export const noonOf = (day: string): number => Date.parse(`${day}T12:00:00Z`);
const dayAt = (noon: number): string => new Date(noon).toISOString().slice(0, 10);

/** A day so many days later, or earlier. */
export function dayAfter(day: string, days: number): string {
  return dayAt(noonOf(day) + days * length);
}

/** The same day so many months later, or earlier; the month's last where it has no such day. */
export function monthAfter(day: string, months: number): string {
  const date = new Date(noonOf(day));
  const wanted = date.getUTCMonth() + months;
  const last = new Date(Date.UTC(date.getUTCFullYear(), wanted + 1, 0)).getUTCDate();
  return dayAt(Date.UTC(date.getUTCFullYear(), wanted, Math.min(date.getUTCDate(), last), 12));
}

/** 0 for Monday, to 6 for Sunday. */
export const weekdayOf = (day: string): number => (new Date(noonOf(day)).getUTCDay() + 6) % 7;

/** Six weeks from Monday on, which hold the month of a day: as many for each month, so that nothing moves below. */
export function weeksOf(day: string): string[][] {
  const first = `${day.slice(0, 7)}-01`;
  const monday = dayAfter(first, -weekdayOf(first));
  return Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: 7 }, (_, at) => dayAfter(monday, week * 7 + at)),
  );
}
