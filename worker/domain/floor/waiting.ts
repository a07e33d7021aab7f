/** A waiting visitor's position, and an honest estimate of the wait. */

/** The pace is measured over this many of the latest assignments. */
export const paceOver = 20;
/** Fewer assignments give no estimate. */
const fewest = 3;
/** Older assignments don't count, in milliseconds. */
export const remembered = 60 * 60_000;

/**
 * The expected wait at a position (from 1), in milliseconds, from the times of recent assignments; null if there were
 * too few. It is measured up to now and not to the last assignment, so that the estimate grows while the queue does
 * not move.
 */
export function expectedWait(position: number, served: readonly number[], now: number): number | null {
  const recent = served.filter((at) => at <= now && now - at < remembered).slice(-paceOver);
  const [first] = recent;
  if (first === undefined || recent.length < fewest) return null;
  return Math.round(((now - first) / (recent.length - 1)) * position);
}
