/**
 * How often an action such as a password attempt may be tried. It delays, and never locks out: a caller who waits as
 * long as told is let through, and an attempt during the wait changes nothing.
 */

/** Some attempts are free, then the wait between two attempts doubles. Times are in milliseconds. */
export interface DelayPolicy {
  /** The number of attempts within the window that cost no wait. */
  readonly free: number;
  /** How long attempts are remembered, from the first of them. */
  readonly window: number;
  /** The first wait after the free tries. It doubles from there … */
  readonly first: number;
  /** … up to this. */
  readonly longest: number;
}

/**
 * `most` attempts within the window, which begins with the first; then none until it ends. Times are in milliseconds.
 */
export interface WindowPolicy {
  readonly most: number;
  readonly window: number;
}

export type ThrottlePolicy = DelayPolicy | WindowPolicy;

export interface Attempts {
  /** The number of attempts let through since `since`. */
  readonly count: number;
  readonly since: number;
  /** Before this time no attempt is let through. */
  readonly next: number;
}

/**
 * Judges one attempt, and counts it if it is let through: then `wait` is 0. Otherwise `wait` is in milliseconds, and
 * the attempts stay as they are.
 */
export function attempt(
  before: Attempts | undefined,
  policy: ThrottlePolicy,
  now: number,
): { attempts: Attempts; wait: number } {
  const known = before && !lapsed(before, policy, now) ? before : { count: 0, since: now, next: now };
  const wait = known.next - now;
  if (wait > 0) return { attempts: known, wait };
  const count = known.count + 1;
  return {
    attempts: { count, since: known.since, next: nextAfter(count, known.since, policy, now) },
    wait: 0,
  };
}

/**
 * Takes back an attempt that must not count, given the state when it was counted. Waits that later attempts have
 * earned stay. Undefined if nothing is left to remember.
 */
export function giveBack(
  attempts: Attempts,
  taken: Pick<Attempts, 'count' | 'since'>,
  policy: ThrottlePolicy,
  now: number,
): Attempts | undefined {
  if (lapsed(attempts, policy, now)) return undefined;
  // It belongs to a window that has ended.
  if (attempts.since !== taken.since) return attempts;
  const count = attempts.count - 1;
  if (count <= 0) return undefined;
  // The last attempt was let through because the previous wait was over.
  const free = count < allowance(policy) || attempts.count === taken.count;
  return { ...attempts, count, next: free ? now : attempts.next };
}

/** The number of attempts that cost no wait. */
export function allowance(policy: ThrottlePolicy): number {
  return 'most' in policy ? policy.most : policy.free;
}

/** The same policy for something that many share, such as a wider network: the allowance times `times`. */
export function widened<P extends ThrottlePolicy>(policy: P, times: number): P {
  return 'most' in policy
    ? { ...policy, most: policy.most * times }
    : { ...policy, free: policy.free * times };
}

function nextAfter(count: number, since: number, policy: ThrottlePolicy, now: number): number {
  if ('most' in policy) return count < policy.most ? now : since + policy.window;
  const beyond = count - policy.free;
  if (beyond < 0) return now;
  return now + Math.min(policy.longest, policy.first * 2 ** Math.min(beyond, 30));
}

/** After a clock went back the count starts again, because its times could cause a wait of hours. */
function lapsed(attempts: Attempts, policy: ThrottlePolicy, now: number): boolean {
  return now >= forgetAt(attempts, policy) || now < attempts.since;
}

/** When nothing has to be remembered any more: the window and the last wait are over. */
export function forgetAt(attempts: Attempts, policy: ThrottlePolicy): number {
  return Math.max(attempts.since + policy.window, attempts.next);
}
