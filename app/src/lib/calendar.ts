/** Calendar days as `YYYY-MM-DD`: arithmetic without a clock or a time zone. */

const length = 86_400_000;

/** Noon of a day, so that rounding never yields another day. */
export const noonOf = (day: string): number => Date.parse(`${day}T12:00:00Z`);
const dayAt = (noon: number): string => new Date(noon).toISOString().slice(0, 10);

/** The day a number of days later, or earlier if negative. */
export function dayAfter(day: string, days: number): string {
  return dayAt(noonOf(day) + days * length);
}
