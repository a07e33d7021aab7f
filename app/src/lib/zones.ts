/** Readable names of time zones, the list of them, and whether two zones show the same time. */
import { getLocale } from '#words/app/runtime';
import { ranked } from './ranked.ts';

/** This browser's time zone, in which the workspace shows times. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** `Europe/Amsterdam (UTC+1)` */
export function zoneName(zone: string, at: number): string {
  return `${zone.replaceAll('_', ' ')} (${offsetOf(zone, at)})`;
}

/** True if clocks in both zones show the same time. */
export function sameClock(one: string, other: string, at: number): boolean {
  return offsetOf(one, at) === offsetOf(other, at);
}

function offsetOf(zone: string, at: number): string {
  return wordsOf('shortOffset', zone, at).replace('GMT', 'UTC');
}

function wordsOf(
  style: 'shortOffset' | 'shortGeneric' | 'longGeneric',
  timeZone: string,
  at: number,
): string {
  const format = new Intl.DateTimeFormat(getLocale(), { timeZone, timeZoneName: style });
  return format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}

/** A zone in a list. */
export interface Zone {
  /** `Europe/Moscow` */
  readonly id: string;
  /** Its city, or the country that has no other zone, in the app's language. */
  readonly name: string;
  /** `Europe/Moscow · UTC+3` */
  readonly note: string;
  /** `UTC+3` */
  readonly offset: string;
  /** `Central European Time` */
  readonly time: string;
}

/** All zones that the browser knows, from west to east, and those that are named. UTC is the first of its offset. */
export function zonesAt(at: number, ...named: string[]): readonly Zone[] {
  // Hundreds of names take a browser some tenths of a second. Clocks change on a quarter of an hour.
  const key = [getLocale(), Math.floor(at / quarter), ...named].join(' ');
  if (made.key !== key) made = { key, zones: sortedZones(at, named) };
  return made.zones;
}

const quarter = 15 * 60_000;
let made: { readonly key: string; readonly zones: readonly Zone[] } = { key: '', zones: [] };

function sortedZones(at: number, named: readonly string[]): Zone[] {
  const { compare } = new Intl.Collator(getLocale());
  const nameOf = ({ id, name }: Zone) => (id === 'UTC' ? '' : name);
  return [...new Set(['UTC', ...named, ...Intl.supportedValuesOf('timeZone')])]
    .map((id) => {
      const offset = offsetOf(id, at);
      const note = id === 'UTC' ? offset : `${id.replaceAll('_', ' ')} · ${offset}`;
      return { id, name: cityOf(id, at), note, offset, time: wordsOf('longGeneric', id, at) };
    })
    .sort(
      (one, other) => minutesOf(one.offset) - minutesOf(other.offset) || compare(nameOf(one), nameOf(other)),
    );
}

/** The zones that match a city, a zone's id or an offset. Where nothing is typed, the first ones are first. */
export function zonesThatMatch(zones: readonly Zone[], typed: string, first: readonly string[]): Zone[] {
  if (typed.trim() === '') {
    const at = (id: string) => (first.includes(id) ? first.indexOf(id) : first.length);
    return zones.toSorted((one, other) => at(one.id) - at(other.id));
  }
  return ranked(zones, typed.replace('−', '-'), ({ id, name, offset, time }) => [
    name,
    id,
    ...id.split('/'),
    ...offsetsAs(offset),
    time,
  ]);
}

/** An offset as people write it: `UTC+3`, `GMT+3`, `+3`, `UTC+03:00`. */
function offsetsAs(offset: string): string[] {
  const [, sign = '+', hours = '0', minutes = '00'] = /([+-])(\d+)(?::(\d+))?/.exec(offset) ?? [];
  const long = `${sign}${hours.padStart(2, '0')}:${minutes}`;
  const short = offset.replace('UTC', '');
  return [short, long].flatMap((each) => [each, `UTC${each}`, `GMT${each}`]);
}

function minutesOf(offset: string): number {
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d+)(?::(\d+))?/.exec(offset) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
}

/**
 * A zone's id has its city in English. Intl has names in other languages: of a country that is one zone, and of cities,
 * which Chromium leaves out.
 */
function cityOf(id: string, at: number): string {
  const city = id.slice(id.lastIndexOf('/') + 1).replaceAll('_', ' ');
  if (getLocale() === 'en' || city === 'UTC') return city;
  const name = wordsOf('shortGeneric', id, at);
  return /^(GMT|UTC)/.test(name) ? city : name;
}
