/** A token bucket: `rate` a second on average, `burst` at once. */
export interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** A full bucket. */
export function fill(burst: number, now: number): Bucket {
  return { tokens: burst, at: now };
}

/**
 * Takes one token. If there is none, the bucket stays as it is and `wait` is the time until there is one, in
 * milliseconds.
 */
export function take(
  bucket: Bucket,
  rate: number,
  burst: number,
  now: number,
): { bucket: Bucket; wait: number } {
  // A clock that goes back neither adds nor removes tokens.
  const passed = Math.max(0, now - bucket.at);
  const tokens = Math.min(burst, bucket.tokens + (passed / 1_000) * rate);
  if (tokens < 1) return { bucket: { tokens, at: now }, wait: Math.ceil(((1 - tokens) / rate) * 1_000) };
  return { bucket: { tokens: tokens - 1, at: now }, wait: 0 };
}

/** Takes more tokens for an action that proved costly. The bucket may go into debt: the next action waits longer. */
export function charge({ tokens, at }: Bucket, cost: number): Bucket {
  return { tokens: tokens - cost, at };
}
