/** The bounds of a report's day. */
import type { Span } from '../base/span.ts';

/**
 * A day of a zone, `YYYY-MM-DD`, from its first instant to the next day's: 23 or 25 hours when the clocks change, and
 * not always from midnight.
 */
export function dayBounds(zone: string, day: string): Span {
  const noon = Date.parse(`${day}T12:00:00Z`);
  return { from: startOf(zone, noon), to: startOf(zone, noon + 86_400_000) };
}

/** No zone is further from UTC than this, in milliseconds. */
const furthest = 16 * 3_600_000;

/** The first instant whose date in the zone is the date of that noon, or later: a zone may skip a day. */
function startOf(zone: string, noon: number): number {
  const format = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone: zone, calendar: 'gregory', numberingSystem: 'latn' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
  });
  const midnight = noon - 43_200_000;
  const wanted = new Date(noon).toISOString().slice(0, 10);
  let [early, late] = [midnight - furthest, midnight + furthest];
  while (early < late) {
    const middle = Math.floor((early + late) / 2);
    if (format.format(middle) < wanted) early = middle + 1;
    else late = middle;
  }
  return early;
}
