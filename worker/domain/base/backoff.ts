/** Delays before retries, in milliseconds. */

/** A follower that failed `attempts` times (from 1) is retried after one second, doubling to a minute, ±20 %. */
export function retryDelay(attempts: number, random: number): number {
  const base = Math.min(60_000, 1_000 * 2 ** Math.min(attempts - 1, 10));
  return Math.round(base * (0.8 + 0.4 * random));
}

/**
 * A client that lost its socket `attempts` times in a row (from 1) reconnects after a random time between nought and a
 * second, doubling to half a minute. Full jitter: after a deployment, ten thousand clients spread over the whole span.
 */
export function reconnectDelay(attempts: number, random: number): number {
  return Math.round(random * Math.min(30_000, 1_000 * 2 ** Math.min(attempts - 1, 10)));
}
