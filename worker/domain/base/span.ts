/** Spans of time. */

/** From `from` to before `to`, in milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The parts of the intervals within a span; empty ones are left out. */
export function clip<T extends Span>(intervals: readonly T[], { from, to }: Span): T[] {
  return intervals
    .map((interval) => ({ ...interval, from: Math.max(interval.from, from), to: Math.min(interval.to, to) }))
    .filter((interval) => interval.from < interval.to);
}
