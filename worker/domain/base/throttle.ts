/**
 * How often something may be tried, such as a password. A delay, never a lockout: a caller who waits as long as told is let
 * through, and an attempt during the wait changes nothing.
 */

/** Some tries are free, then the wait between two tries doubles. Times are in milliseconds. */
export interface DelayPolicy {
  /** So many tries within the window cost no wait. */
  readonly free: number;
  /** How long tries are remembered, from the first of them. */
  readonly window: number;
  /** The first wait after the free tries. It doubles from there … */
  readonly first: number;
  /** … up to this. */
  readonly longest: number;
}

/** So many within the window, which begins with the first; then none until it is over. Times are in milliseconds. */
export interface WindowPolicy {
  readonly most: number;
  readonly window: number;
}

export type ThrottlePolicy = DelayPolicy | WindowPolicy;

export interface Attempts {
  /** How many have been let through since `since`. */
  readonly count: number;
  readonly since: number;
  /** Before this time none is let through. */
  readonly next: number;
}

/**
 * Judges one attempt, and counts it where it is let through. `wait` is 0 then; else it says for how long, in milliseconds, and
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
 * Takes back an attempt that came to nothing, given as the attempts were when it was counted: it costs nothing. Waits that later
 * attempts have earned stay. Undefined where nothing is left to remember.
 */
export function giveBack(
  attempts: Attempts,
  taken: Pick<Attempts, 'count' | 'since'>,
  policy: ThrottlePolicy,
  now: number,
): Attempts | undefined {
  if (lapsed(attempts, policy, now)) return undefined;
  // Of a window that is over.
  if (attempts.since !== taken.since) return attempts;
  const count = attempts.count - 1;
  if (count <= 0) return undefined;
  // The last one was let through because the wait of those before it was over.
  const free = count < allowance(policy) || attempts.count === taken.count;
  return { ...attempts, count, next: free ? now : attempts.next };
}

/** How many cost no wait. */
export function allowance(policy: ThrottlePolicy): number {
  return 'most' in policy ? policy.most : policy.free;
}

/** The same policy for something that many share, such as a larger network: so many times the allowance. */
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

/** A clock that went back starts anew, or its times would make somebody wait for hours. */
function lapsed(attempts: Attempts, policy: ThrottlePolicy, now: number): boolean {
  return now >= forgetAt(attempts, policy) || now < attempts.since;
}

/** When nothing needs to be remembered any more: the window is over, and so is the last wait. */
export function forgetAt(attempts: Attempts, policy: ThrottlePolicy): number {
  return Math.max(attempts.since + policy.window, attempts.next);
}
