/** What somebody who waits is told: their place, and an honest guess of how long. */

/** Of so many who left the line last the pace is taken. */
export const paceOver = 20;
/** Fewer tell nothing. */
const fewest = 3;
/** Older assignments don't count, in milliseconds. */
export const remembered = 60 * 60_000;

/**
 * How long somebody at a place (from 1) waits, in milliseconds, from when others got somebody; null where too few did lately to
 * tell. Measured up to now and not up to the last: while nothing moves the guess grows, as the wait does.
 */
export function expectedWait(place: number, served: readonly number[], now: number): number | null {
  const recent = served.filter((at) => at <= now && now - at < remembered).slice(-paceOver);
  const [first] = recent;
  if (first === undefined || recent.length < fewest) return null;
  return Math.round(((now - first) / (recent.length - 1)) * place);
}
