/** A token bucket: `rate` a second on average, `burst` at once. */
export interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** A full bucket. */
export function fill(burst: number, now: number): Bucket {
  return { tokens: burst, at: now };
}

/** Takes one. Where there is none, the bucket stays as it is and `wait` says for how long, in milliseconds. */
export function take(
  bucket: Bucket,
  rate: number,
  burst: number,
  now: number,
): { bucket: Bucket; wait: number } {
  // A clock that goes back gives nothing and takes nothing.
  const passed = Math.max(0, now - bucket.at);
  const tokens = Math.min(burst, bucket.tokens + (passed / 1_000) * rate);
  if (tokens < 1) return { bucket: { tokens, at: now }, wait: Math.ceil(((1 - tokens) / rate) * 1_000) };
  return { bucket: { tokens: tokens - 1, at: now }, wait: 0 };
}

/** Takes more, for what turned out to cost so much. The bucket may go into debt: the next one waits for longer. */
export function charge({ tokens, at }: Bucket, cost: number): Bucket {
  return { tokens: tokens - cost, at };
}
