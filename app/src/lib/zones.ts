/** Readable names of time zones, and whether two zones show the same time. */
import { getLocale } from '#words/app/runtime';

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

function offsetOf(timeZone: string, at: number): string {
  const parts = new Intl.DateTimeFormat(getLocale(), { timeZone, timeZoneName: 'shortOffset' });
  const offset = parts.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value;
  return offset?.replace('GMT', 'UTC') ?? timeZone;
}
