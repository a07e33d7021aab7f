/**
 * How often something may be tried, such as a password. Delay, not lockout: whoever waits as long as told is let through, and to
 * try during the wait neither helps nor harms.
 */
export interface ThrottlePolicy {
  /** So many tries within the window cost no wait. */
  readonly free: number;
  /** How long tries are remembered, in milliseconds, from the first of them. */
  readonly window: number;
  /** The longest wait between two tries, in milliseconds. */
  readonly longest: number;
}

export const throttlePolicies = {
  /** One person's email: a few typing errors, then a machine gets at most one try a minute. */
  email: { free: 5, window: 15 * 60_000, longest: 60_000 },
  /** One network address: an office may stand behind it. */
  address: { free: 30, window: 15 * 60_000, longest: 60_000 },
  /** Mails to one person that somebody has asked for: enough for who looks in the wrong mailbox, too few to be a nuisance. */
  mail: { free: 3, window: 60 * 60_000, longest: 15 * 60_000 },
} as const satisfies Record<string, ThrottlePolicy>;
export type ThrottleKind = keyof typeof throttlePolicies;

export interface Attempts {
  /** How many have been let through since `since`. */
  readonly count: number;
  readonly since: number;
  /** Before this time none is let through. */
  readonly next: number;
}

/** The first wait after the free tries, in milliseconds. It doubles from there. */
const firstWait = 1_000;

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
  return { attempts: { count, since: known.since, next: now + waitAfter(count, policy) }, wait: 0 };
}

function waitAfter(count: number, policy: ThrottlePolicy): number {
  const beyond = count - policy.free;
  if (beyond < 0) return 0;
  return Math.min(policy.longest, firstWait * 2 ** Math.min(beyond, 30));
}

/** A clock that went back starts anew, or its times would make somebody wait for hours. */
function lapsed(attempts: Attempts, policy: ThrottlePolicy, now: number): boolean {
  return now >= forgetAt(attempts, policy) || now < attempts.since;
}

/** When nothing needs to be remembered any more: the window is over, and so is the last wait. */
export function forgetAt(attempts: Attempts, policy: ThrottlePolicy): number {
  return Math.max(attempts.since + policy.window, attempts.next);
}
