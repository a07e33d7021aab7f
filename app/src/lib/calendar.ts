/** Calendar days as `YYYY-MM-DD`: arithmetic without a clock or a time zone. */

const length = 86_400_000;

/** Noon of a day, so that rounding never yields another day. */
export const noonOf = (day: string): number => Date.parse(`${day}T12:00:00Z`);
const dayAt = (noon: number): string => new Date(noon).toISOString().slice(0, 10);

/** The day a number of days later, or earlier if negative. */
export function dayAfter(day: string, days: number): string {
  return dayAt(noonOf(day) + days * length);
}

/** The same day a number of months later or earlier; the last day of a shorter month. */
export function monthAfter(day: string, months: number): string {
  const date = new Date(noonOf(day));
  const wanted = date.getUTCMonth() + months;
  const last = new Date(Date.UTC(date.getUTCFullYear(), wanted + 1, 0)).getUTCDate();
  return dayAt(Date.UTC(date.getUTCFullYear(), wanted, Math.min(date.getUTCDate(), last), 12));
}

/** 0 for Monday, to 6 for Sunday. */
export const weekdayOf = (day: string): number => (new Date(noonOf(day)).getUTCDay() + 6) % 7;

/** Six weeks from a Monday that contain the month of a day. The count is fixed, so the layout below does not move. */
export function weeksOf(day: string): string[][] {
  const first = `${day.slice(0, 7)}-01`;
  const monday = dayAfter(first, -weekdayOf(first));
  return Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: 7 }, (_, at) => dayAfter(monday, week * 7 + at)),
  );
}
