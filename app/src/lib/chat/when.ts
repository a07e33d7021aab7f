/** Formats times in the current language. Days and clock times are those of a zone; without one, the browser's. */
import { m } from '#words/app';
import { getLocale } from '#words/app/runtime';
import { noonOf } from '../calendar.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The locale of dates: the app's language. For English, dates have the British order, and weeks begin on Monday. */
export const dateLocale = (): string => (getLocale() === 'en' ? 'en-GB' : getLocale());

/**
 * How clock times are written. If the browser is in the app's language, its own variant decides between 12 and 24
 * hours; a browser in another language does not.
 */
function clockOptions(): Intl.DateTimeFormatOptions {
  const language = getLocale();
  let made = clocks.get(language);
  if (!made) {
    const browser = new Intl.Locale(new Intl.DateTimeFormat().resolvedOptions().locale);
    const locale = browser.language === language ? browser : dateLocale();
    const { hourCycle } = new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions();
    const twelve = hourCycle === 'h11' || hourCycle === 'h12';
    made = { hour: twelve ? 'numeric' : '2-digit', minute: '2-digit', hourCycle: hourCycle ?? 'h23' };
    clocks.set(language, made);
  }
  return made;
}

const clocks = new Map<string, Intl.DateTimeFormatOptions>();

function format(zone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const language = getLocale();
  const key = `${language} ${zone ?? ''} ${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (!made) {
    // British English has this order of dates, but writes `pm`; the rest of the English-speaking world writes `PM`.
    const locale = language === 'en' && options.hour ? 'en-US' : dateLocale();
    made = new Intl.DateTimeFormat(locale, { ...options, ...(zone && { timeZone: zone }) });
    formats.set(key, made);
  }
  return made;
}

/** A calendar day, `2026-11-04`, as `4 November 2026`. */
export function dayWords(day: string): string {
  const date = format('UTC', { day: 'numeric', month: 'long', year: 'numeric' });
  return withoutYearMark(date.format(noonOf(day)));
}

/** The month of a day: `November 2026`. */
export function monthWords(day: string): string {
  const text = withoutYearMark(format('UTC', { month: 'long', year: 'numeric' }).format(noonOf(day)));
  return text.charAt(0).toLocaleUpperCase(getLocale()) + text.slice(1);
}

/** `14:05` */
export function clockTime(at: number, zone?: string): string {
  return format(zone, clockOptions()).format(at);
}

/** `Tuesday 4 November 2026, 14:05:09` */
export function fullTime(at: number, zone?: string): string {
  const time = format(zone, { ...clockOptions(), second: '2-digit' });
  return `${longDate(at, true, zone)}, ${time.format(at)}`;
}

function longDate(at: number, withYear: boolean, zone?: string): string {
  const year = withYear ? ({ year: 'numeric' } as const) : {};
  const date = format(zone, { weekday: 'long', day: 'numeric', month: 'long', ...year });
  const text = date.format(at);
  // Some versions put a comma after an English weekday, some do not.
  return withoutYearMark(getLocale() === 'en' ? text.replace(',', '') : text);
}

/** Russian adds a word after the year, which a narrow list can omit. */
const withoutYearMark = (date: string) => date.replace(/\sг\.$/u, '');

/** `4 Nov 2026, 14:05` */
export function shortTime(at: number, zone?: string): string {
  const date = format(zone, { day: 'numeric', month: 'short', year: 'numeric' });
  return `${withoutYearMark(date.format(at))}, ${clockTime(at, zone)}`;
}

/** The calendar day as a key: `2026-11-04`. */
export function dayKey(at: number, zone?: string): string {
  // A long log needs thousands of days; in every zone a day begins on a quarter of an hour.
  const key = `${Math.floor(at / quarter)} ${zone ?? ''}`;
  let day = days.get(key);
  if (day === undefined) {
    if (days.size > 5_000) days.clear();
    day = dayOf(at, zone);
    days.set(key, day);
  }
  return day;
}

const quarter = 15 * minute;
const days = new Map<string, string>();

function dayOf(at: number, zone?: string): string {
  const parts = format(zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')}`;
}

/** `Today`, `Yesterday`, `Tuesday 4 November`, with the year if it is another one. */
export function dayName(at: number, now: number, zone?: string): string {
  const key = dayKey(at, zone);
  if (key === dayKey(now, zone)) return m.time_today();
  if (key === dayKey(now - day, zone)) return m.time_yesterday();
  const sameYear = key.slice(0, 4) === dayKey(now, zone).slice(0, 4);
  const date = longDate(at, !sameYear, zone);
  // The weekday stands alone, and not every language writes weekdays with a capital.
  return date.charAt(0).toLocaleUpperCase(getLocale()) + date.slice(1);
}

/**
 * Elapsed time, short enough for a list: `now`, `4m`, `2h`, `3d`, then the date. A clock that is ahead gives `now`.
 */
export function ago(at: number, now: number, zone?: string): string {
  const passed = now - at;
  if (passed < minute) return m.time_now();
  if (passed < hour) return m.time_minutes({ count: Math.floor(passed / minute) });
  if (passed < day) return m.time_hours({ count: Math.floor(passed / hour) });
  if (passed < 7 * day) return m.time_days({ count: Math.floor(passed / day) });
  return format(zone, { day: 'numeric', month: 'short' }).format(at);
}

/** A waiting time: `0:42`, `12:05`, `1h 05m`, `2d 3h`. */
export function span(length: number): string {
  const total = Math.max(0, Math.floor(length / 1_000));
  const two = (value: number) => String(value).padStart(2, '0');
  if (total < 3_600) return `${Math.floor(total / 60)}:${two(total % 60)}`;
  const hours = Math.floor(total / 3_600);
  if (hours < 24) return m.time_hours_minutes({ hours, minutes: two(Math.floor((total % 3_600) / 60)) });
  return m.time_days_hours({ days: Math.floor(hours / 24), hours: hours % 24 });
}
