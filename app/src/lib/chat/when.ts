/** Times in words. Days and clock times are those of a zone; without one, the browser's. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Whether this person's clock counts to twelve is the browser's business; the words are English like the rest. */
const hourCycle =
  new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions().hourCycle ?? 'h23';
const hours = hourCycle === 'h23' || hourCycle === 'h24' ? '2-digit' : 'numeric';

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone ?? ''} ${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (!made) {
    // British English has the dates in this order, and would write `pm` where the rest of the world's English writes `PM`.
    const locale = options.hour ? 'en-US' : 'en-GB';
    made = new Intl.DateTimeFormat(locale, { ...options, ...(zone && { timeZone: zone }) });
    formats.set(key, made);
  }
  return made;
}

/** `14:05` */
export function clockTime(at: number, zone?: string): string {
  return format(zone, { hour: hours, minute: '2-digit', hourCycle }).format(at);
}

/** `Tuesday 4 November 2026, 14:05:09` */
export function fullTime(at: number, zone?: string): string {
  const time = format(zone, { hour: hours, minute: '2-digit', second: '2-digit', hourCycle });
  return `${longDate(at, true, zone)}, ${time.format(at)}`;
}

function longDate(at: number, withYear: boolean, zone?: string): string {
  const year = withYear ? ({ year: 'numeric' } as const) : {};
  const date = format(zone, { weekday: 'long', day: 'numeric', month: 'long', ...year });
  // Some versions put a comma after the weekday, some do not.
  return date.format(at).replace(',', '');
}

/** `4 Nov 2026, 14:05` */
export function shortTime(at: number, zone?: string): string {
  const date = format(zone, { day: 'numeric', month: 'short', year: 'numeric' });
  return `${date.format(at)}, ${clockTime(at, zone)}`;
}

/** The calendar day as a key: `2026-11-04`. */
export function dayKey(at: number, zone?: string): string {
  // A long log asks for thousands; in every zone a day begins on a quarter of an hour.
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

/** `Today`, `Yesterday`, `Tuesday 4 November`, with the year where it is another one. */
export function dayName(at: number, now: number, zone?: string): string {
  const key = dayKey(at, zone);
  if (key === dayKey(now, zone)) return 'Today';
  if (key === dayKey(now - day, zone)) return 'Yesterday';
  const sameYear = key.slice(0, 4) === dayKey(now, zone).slice(0, 4);
  return longDate(at, !sameYear, zone);
}

/** How long ago, short enough for a list: `now`, `4m`, `2h`, `3d`, then the date. A clock that is ahead says `now`. */
export function ago(at: number, now: number, zone?: string): string {
  const passed = now - at;
  if (passed < minute) return 'now';
  if (passed < hour) return `${Math.floor(passed / minute)}m`;
  if (passed < day) return `${Math.floor(passed / hour)}h`;
  if (passed < 7 * day) return `${Math.floor(passed / day)}d`;
  return format(zone, { day: 'numeric', month: 'short' }).format(at);
}

/** A span that somebody waits through: `0:42`, `12:05`, `1h 05m`, `2d 3h`. */
export function span(length: number): string {
  const total = Math.max(0, Math.floor(length / 1_000));
  const two = (value: number) => String(value).padStart(2, '0');
  if (total < 3_600) return `${Math.floor(total / 60)}:${two(total % 60)}`;
  if (total < 86_400) return `${Math.floor(total / 3_600)}h ${two(Math.floor((total % 3_600) / 60))}m`;
  return `${Math.floor(total / 86_400)}d ${Math.floor((total % 86_400) / 3_600)}h`;
}
