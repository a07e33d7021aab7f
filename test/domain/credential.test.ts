/** The life of a visitor's credential, day by day. In this test a secret is its own hash. */
import * as credential from '#domain/base/credential';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const day = 86_400_000;
const { longestLife, overlap, present, replacedAfter, isDue } = credential;
const is = (secret: string) => (hash: string) => hash === secret;
const made: credential.Credential = { hash: 'one', at: 0 };
const minute = 60_000;

describe('S9 a visitor’s credential', () => {
  test('is accepted for 400 days, and not a moment longer', () => {
    expect(present(made, is('one'), longestLife - 1)).toBe(made);
    expect(present(made, is('one'), longestLife)).toBeUndefined();
    expect(present(made, is('other'), 1)).toBeUndefined();
  });

  test('without a date is one of an earlier version, and counts as made when it is first presented', () => {
    expect(present({ hash: 'one' }, is('other'), 5 * day)).toBeUndefined();
    const dated = present({ hash: 'one' }, is('one'), 5 * day);
    expect(dated).toEqual({ hash: 'one', at: 5 * day });
    expect(isDue({ hash: 'one' }, is('one'), 5 * day)).toBe(false);
  });

  test('is due for replacement after 30 days, by one client at a time', () => {
    expect(isDue(made, is('one'), replacedAfter - 1)).toBe(false);
    expect(isDue(made, is('one'), replacedAfter)).toBe(true);
    const replacing = { ...made, next: { hash: 'two', at: replacedAfter } };
    expect(isDue(replacing, is('one'), replacedAfter + overlap - 1)).toBe(false);
    // The answer was lost, or its tab was closed: another is made.
    expect(isDue(replacing, is('one'), replacedAfter + overlap)).toBe(true);
    expect(isDue(replacing, is('two'), replacedAfter + overlap)).toBe(false);
  });

  test('stays accepted until its replacement is presented, and for minutes after that', () => {
    const replacing = { ...made, next: { hash: 'two', at: 30 * day } };
    expect(present(replacing, is('one'), 90 * day)).toBe(replacing);
    const replaced = present(replacing, is('two'), 90 * day);
    expect(replaced).toEqual({
      hash: 'two',
      at: 30 * day,
      former: { hash: 'one', until: 90 * day + overlap },
    });
    if (!replaced) throw new Error('refused');
    expect(present(replaced, is('one'), 90 * day + overlap - 1)).toBe(replaced);
    expect(present(replaced, is('one'), 90 * day + overlap)).toBeUndefined();
    expect(present(replaced, is('two'), 90 * day + overlap)).toBe(replaced);
    // Its own 400 days began when it was made.
    expect(present(replaced, is('two'), 430 * day)).toBeUndefined();
  });

  test('keeps the other fields of the record', () => {
    const stored = { ...made, site: 'sit_a', next: { hash: 'two', at: 0 } };
    expect(present(stored, is('two'), minute)?.site).toBe('sit_a');
  });

  /** One browser whose tabs share their storage; every answer may be lost, and tabs may be behind. */
  test('locks no browser out before its credential is 400 days old, whatever answers are lost', () => {
    const step = fc.record({
      pause: fc.oneof(fc.integer({ min: 0, max: 2 * overlap }), fc.integer({ min: 0, max: 369 * day })),
      lost: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let stored: credential.Credential = { hash: 'secret 0', at: 0 };
        let [kept, keptSince] = ['secret 0', 0];
        let now = 0;
        for (const [index, { pause, lost }] of steps.entries()) {
          now += pause;
          const accepted = present(stored, is(kept), now);
          if (!accepted) return now - keptSince >= longestLife;
          stored = accepted;
          if (!isDue(stored, is(kept), now)) continue;
          const fresh = `secret ${index + 1}`;
          stored = { ...stored, next: { hash: fresh, at: now } };
          if (!lost) [kept, keptSince] = [fresh, now];
        }
        return true;
      }),
    );
  });
});
