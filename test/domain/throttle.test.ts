import { limits, policyOf, type LimitName } from '#domain/base/limits';
import * as throttle from '#domain/base/throttle';
import { linkLife, maxLinks } from '#domain/people/mailed-links';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const { attempt, forgetAt, giveBack, allowance } = throttle;
const names = Object.keys(limits) as LimitName[];
/** Every limit, for networks of every width. */
const policies = fc
  .record({ limit: fc.constantFrom(...names), width: fc.integer({ min: 0, max: 2 }) })
  .map(policyOf);
const delays = policies.filter((policy) => 'free' in policy);
const longestOf = (policy: throttle.ThrottlePolicy) => ('most' in policy ? policy.window : policy.longest);

/** Plays attempts after the given pauses; returns the times of those let through. */
function play(policy: throttle.ThrottlePolicy, pauses: number[]): { passed: number[]; end: number } {
  let attempts: throttle.Attempts | undefined;
  let now = 1_700_000_000_000;
  const passed = [];
  for (const pause of pauses) {
    now += pause;
    const answer = attempt(attempts, policy, now);
    if (answer.wait === 0) passed.push(now);
    attempts = answer.attempts;
  }
  return { passed, end: now };
}

const pauses = fc.array(fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 120_000 })), {
  maxLength: 300,
});

test('S7 the free attempts cost no wait, and then the waits double to a minute', () => {
  const policy = limits.proof;
  let attempts: throttle.Attempts | undefined;
  const now = 1_000_000;
  let at = now;
  const waits = [];
  for (let i = 0; i < 13; i++) {
    attempts = attempt(attempts, policy, at).attempts;
    const { wait } = attempt(attempts, policy, at);
    waits.push(wait / 1_000);
    at += wait;
  }
  expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('S7 a caller who waits as long as told is let through', () => {
  fc.assert(
    fc.property(policies, pauses, (policy, given) => {
      let attempts: throttle.Attempts | undefined;
      let now = 0;
      for (const pause of given) {
        now += pause;
        const answer = attempt(attempts, policy, now);
        attempts = answer.attempts;
        if (answer.wait === 0) continue;
        expect(answer.wait).toBeLessThanOrEqual(longestOf(policy));
        expect(attempt(attempts, policy, now + answer.wait - 1).wait).toBeGreaterThan(0);
        expect(attempt(attempts, policy, now + answer.wait).wait).toBe(0);
      }
    }),
  );
});

test('S7 an attempt during the wait changes nothing', () => {
  fc.assert(
    fc.property(policies, pauses, (policy, given) => {
      let attempts: throttle.Attempts | undefined;
      let now = 0;
      for (const pause of given) {
        now += pause;
        const answer = attempt(attempts, policy, now);
        if (answer.wait > 0) expect(answer.attempts).toEqual(attempts);
        attempts = answer.attempts;
      }
    }),
  );
});

/** The free attempts, those while the wait doubles, then one after each longest wait. */
function mostIn(policy: throttle.ThrottlePolicy): number {
  if ('most' in policy) return policy.most;
  return policy.free + Math.ceil(Math.log2(policy.longest / policy.first)) + policy.window / policy.longest;
}

test('S7 no span of a window contains more guesses than two windows allow at their fastest', () => {
  fc.assert(
    fc.property(policies, pauses, (policy, given) => {
      const { passed } = play(policy, given);
      // A span can touch two windows.
      const most = 2 * mostIn(policy);
      for (const start of passed) {
        const within = passed.filter((at) => at >= start && at < start + policy.window);
        expect(within.length).toBeLessThanOrEqual(most);
      }
    }),
  );
});

test('S7 everything is forgotten when the window and the last wait are over', () => {
  const policy = limits.proof;
  let attempts: throttle.Attempts | undefined;
  for (let i = 0; i < 5; i++) attempts = attempt(attempts, policy, 1_000).attempts;
  const after = forgetAt(attempts as throttle.Attempts, policy);
  expect(after).toBe(1_000 + policy.window);
  expect(attempt(attempts, policy, after)).toEqual({
    attempts: { count: 1, since: after, next: after },
    wait: 0,
  });
});

test('S7 a clock that goes back a day makes no caller wait', () => {
  const attempts = { count: 30, since: 86_400_000, next: 86_460_000 };
  expect(attempt(attempts, limits.proof, 0).wait).toBe(0);
});

/** Attempts with pauses, some of which are taken back after later ones. */
const tries = fc.array(
  fc.record({
    pause: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 120_000 })),
    nothing: fc.boolean(),
    late: fc.integer({ min: 0, max: 5 }),
  }),
  { maxLength: 200 },
);

test('S7 an attempt that is taken back at once costs nothing, whatever was counted before', () => {
  fc.assert(
    fc.property(policies, pauses, (policy, given) => {
      let attempts: throttle.Attempts | undefined;
      let now = 0;
      for (const pause of given) {
        now += pause;
        const { attempts: after, wait } = attempt(attempts, policy, now);
        if (wait > 0) continue;
        const back = giveBack(after, after, policy, now);
        const again = attempt(back, policy, now);
        expect(again.wait).toBe(0);
        expect(again.attempts.count).toBe(after.count);
        attempts = after;
      }
    }),
  );
});

test('S7 taking back late never lets through more real attempts than the policy allows', () => {
  fc.assert(
    fc.property(policies, tries, (policy, given) => {
      let attempts: throttle.Attempts | undefined;
      let now = 1_700_000_000_000;
      const open: { taken: throttle.Attempts; at: number }[] = [];
      const real: number[] = [];
      given.forEach(({ pause, nothing, late }, index) => {
        now += pause;
        const answer = attempt(attempts, policy, now);
        attempts = answer.attempts;
        if (answer.wait === 0 && nothing) open.push({ taken: answer.attempts, at: index + late });
        else if (answer.wait === 0) real.push(now);
        for (const each of open.splice(0)) {
          if (each.at > index) open.push(each);
          else attempts = attempts && giveBack(attempts, each.taken, policy, now);
        }
      });
      for (const start of real) {
        const within = real.filter((at) => at >= start && at < start + policy.window);
        expect(within.length).toBeLessThanOrEqual(2 * mostIn(policy));
      }
    }),
  );
});

test('S7 an attempt of a finished window is not taken back from the next one', () => {
  const policy = limits.invitedEmail;
  const old = attempt(undefined, policy, 0).attempts;
  const later = attempt(old, policy, policy.window).attempts;
  expect(giveBack(later, old, policy, policy.window)).toEqual(later);
});

test('S7 a window lets its number of attempts through, and then none until it ends', () => {
  const policy = { most: 3, window: 3_600_000 };
  let attempts: throttle.Attempts | undefined;
  const waits = [0, 1, 2, 3, 3_600_000].map((now) => {
    const answer = attempt(attempts, policy, now);
    attempts = answer.attempts;
    return answer.wait;
  });
  expect(waits).toEqual([0, 0, 0, 3_600_000 - 3, 0]);
});

test('S7 an hour of guesses from one network leaves the email’s free attempts to other networks', () => {
  const { signInFrom, signInEmail } = limits;
  expect(signInFrom.window).toBe(signInEmail.window);
  expect(mostIn(signInFrom)).toBeLessThan(signInEmail.free);
});

test('S7 an owner who waits for a mailed link has a valid one', () => {
  for (const limit of ['resetFrom', 'resetEmail', 'resetDevice'] as const)
    expect(longestOf(limits[limit])).toBeLessThan(linkLife.reset);
});

test('S7 so many links are valid at once that no stranger’s request invalidates one', () => {
  // A stranger who requests a link whenever it is let through, for three days.
  let attempts: throttle.Attempts | undefined;
  const passed: number[] = [];
  for (let now = 0; now < 3 * 86_400_000; now += 1_000) {
    const answer = attempt(attempts, limits.resetEmail, now);
    attempts = answer.attempts;
    if (answer.wait === 0) passed.push(now);
  }
  const most = passed.map(
    (start) => passed.filter((at) => at >= start && at < start + linkLife.reset).length,
  );
  // Besides the links that the owner requests.
  expect(Math.max(...most)).toBeLessThanOrEqual(maxLinks - 2 * limits.resetDevice.free);
  console.log(
    `S7 strangers' requests: ${passed.length} mails in three days, ${Math.max(...most)} in half an hour`,
  );
});

test('S7 a wider network has a higher allowance and the same waits', () => {
  fc.assert(
    fc.property(delays, (policy) => {
      const wide = throttle.widened(policy, 4);
      expect(allowance(wide)).toBe(4 * allowance(policy));
      expect(longestOf(wide)).toBe(longestOf(policy));
    }),
  );
});
