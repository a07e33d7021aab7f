/** How values are spread: their median, 90th percentile and maximum. */

/** 0 if there are no values. */
export interface Spread {
  readonly p50: number;
  readonly p90: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), p90: percentile(sorted, 0.9), max: sorted.at(-1) ?? 0 };
}

/** By nearest rank, so that it is one of the values. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
