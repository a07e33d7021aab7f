import fc from 'fast-check';
import { expect, test } from 'vitest';
import { throttle } from '#domain';

const { attempt, forgetAt, throttlePolicies } = throttle;
const policies = fc.constantFrom(throttlePolicies.email, throttlePolicies.address);

/** Plays attempts that come after the given pauses; gives the times of those let through. */
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
  const policy = throttlePolicies.email;
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

test('S7 whoever waits as long as told is let through', () => {
  fc.assert(
    fc.property(policies, pauses, (policy, given) => {
      let attempts: throttle.Attempts | undefined;
      let now = 0;
      for (const pause of given) {
        now += pause;
        const answer = attempt(attempts, policy, now);
        attempts = answer.attempts;
        if (answer.wait === 0) continue;
        expect(answer.wait).toBeLessThanOrEqual(policy.longest);
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

test('S7 no span of a window holds more guesses than two windows allow at their fastest', () => {
  fc.assert(
    fc.property(policies, pauses, (policy, given) => {
      const { passed } = play(policy, given);
      // Free, five while the wait grows to 32 s, then one a minute; a span can touch two windows.
      const most = 2 * (policy.free + 6 + policy.window / policy.longest);
      for (const start of passed) {
        const within = passed.filter((at) => at >= start && at < start + policy.window);
        expect(within.length).toBeLessThanOrEqual(most);
      }
    }),
  );
});

test('S7 everything is forgotten when the window and the last wait are over', () => {
  const policy = throttlePolicies.email;
  let attempts: throttle.Attempts | undefined;
  for (let i = 0; i < 5; i++) attempts = attempt(attempts, policy, 1_000).attempts;
  const after = forgetAt(attempts as throttle.Attempts, policy);
  expect(after).toBe(1_000 + policy.window);
  expect(attempt(attempts, policy, after)).toEqual({
    attempts: { count: 1, since: after, next: after },
    wait: 0,
  });
});

test('S7 a clock that goes back a day makes nobody wait', () => {
  const attempts = { count: 30, since: 86_400_000, next: 86_460_000 };
  expect(attempt(attempts, throttlePolicies.email, 0).wait).toBe(0);
});
