/** Ten thousand guesses at a password, three ways: how many are let through, and what the owner has to bear. */
import { throttle } from '#domain';
import { beforeAll, expect, test } from 'vitest';
import { hashingBusy } from '../../worker/http/hashing.ts';
import { verifyPassword } from '../../worker/http/password.ts';
import { ask, env, hashOf, newAccount, password, standingClock, type TestAccount } from './client.ts';
import { hashingService } from './hashing-service.ts';

const service = hashingService();
/** The hashes that were made of these passwords. */
const hashesOf = (guess: string) => service.hashed.filter((text) => text.startsWith(guess)).length;

let account: TestAccount;
beforeAll(async () => {
  account = await newAccount();
});

const { attempt, throttlePolicies } = throttle;
const [minute, day] = [60_000, 86_400_000];
const guesses = 10_000;

/** Counts as the door does: for the address, then for the email. */
class Counters {
  readonly #known = new Map<string, throttle.Attempts>();

  /** How long to wait; 0 where the guess is let through. */
  guess(address: string, email: string, now: number): number {
    return this.#count('address', address, now) || this.#count('email', email, now);
  }

  #count(kind: throttle.ThrottleKind, value: string, now: number): number {
    const key = `${kind}:${value}`;
    const { attempts, wait } = attempt(this.#known.get(key), throttlePolicies[kind], now);
    this.#known.set(key, attempts);
    return wait;
  }
}

interface Campaign {
  readonly addresses: number;
  readonly emails: number;
}

/** Plays one who always waits as told, and takes whichever way is open first. Gives the times at which guesses got through. */
function play({ addresses, emails }: Campaign): number[] {
  const counters = new Counters();
  const ways = Math.max(addresses, emails);
  const open = Array.from({ length: ways }, () => 0);
  const passed: number[] = [];
  let now = 0;
  while (passed.length < guesses && now < 60 * day) {
    let soonest = Infinity;
    for (let way = 0; way < ways; way++) {
      if ((open[way] ?? 0) <= now && passed.length < guesses) {
        const wait = counters.guess(`address ${way % addresses}`, `email ${way % emails}`, now);
        if (wait === 0) passed.push(now);
        open[way] = now + Math.max(wait, 1);
      }
      soonest = Math.min(soonest, open[way] ?? Infinity);
    }
    // Nothing opens sooner than that; a step of a tenth of a second keeps a thousand ways affordable.
    now = Math.max(soonest, now + 100);
  }
  return passed;
}

const within = (passed: number[], span: number) => passed.filter((at) => at < span).length;
const inDays = (passed: number[]) => ((passed.at(-1) ?? 0) / day).toFixed(1);

/** Free guesses, six while the wait grows to a minute, then one a minute: of each window. */
const most = ({ free, window, longest }: throttle.ThrottlePolicy) => free + 6 + window / longest;

test.each([
  ['one address on one email', { addresses: 1, emails: 1 }, most(throttlePolicies.email)],
  ['one address on 1,000 emails', { addresses: 1, emails: 1_000 }, most(throttlePolicies.address)],
  ['1,000 addresses on one email', { addresses: 1_000, emails: 1 }, most(throttlePolicies.email)],
] as const)(
  'S7 10,000 guesses, %s',
  (name, campaign, allowed) => {
    const passed = play(campaign);
    const [quarter, wholeDay] = [within(passed, 15 * minute), within(passed, day)];
    console.log(
      `S7 ${name}: ${quarter} through in 15 minutes, ${wholeDay} in 24 hours, all ${passed.length} in ${inDays(passed)} days`,
    );
    expect(quarter).toBeLessThanOrEqual(allowed);
    expect(wholeDay).toBeLessThanOrEqual(96 * allowed);
    // Somebody gets through now and then: a throttle that never opens would be a lock.
    expect(quarter).toBeGreaterThanOrEqual(throttlePolicies.email.free);
  },
  60_000,
);

test('S7 the owner who waits as told gets in within a minute, once the guessing has paused', () => {
  const counters = new Counters();
  let now = 0;
  for (let i = 0; i < guesses; i++) {
    const wait = counters.guess(`address ${i % 1_000}`, 'email', now);
    now += wait > 0 ? wait : 1;
    if (i % 97 > 0) continue;
    // Whenever it may be, the owner is told no more than a minute, and is not counted against for asking early.
    const told = counters.guess('address of the owner', 'email', now);
    expect(told).toBeLessThanOrEqual(minute);
    if (told > 0) {
      expect(counters.guess('address of the owner', 'email', now + told)).toBe(0);
      now += told;
    }
  }
});

const login = (email: string, pass: string) =>
  ask<{ refused?: string; retryAfter?: number }>('POST', '/api/login', {
    body: { email, password: pass },
    env: service.env,
  });

test('S7 the throttle is asked before the hash, and the owner gets in after waiting as told', async () => {
  const email = account.emails.agent;
  const clock = standingClock();
  const answers = [];
  for (let i = 0; i < 40; i++) answers.push((await login(email, `guess ${i}`)).body.refused);
  const counts = Object.groupBy(answers, (code) => code ?? 'in');
  expect(Object.fromEntries(Object.entries(counts).map(([code, all]) => [code, all?.length]))).toEqual({
    wrong_credentials: 5,
    slow_down: 35,
  });
  // Who is told to wait has cost no hash.
  expect(hashesOf('guess')).toBe(5);
  const early = await login(email, password);
  expect(early).toMatchObject({ status: 429 });
  expect(early.body.retryAfter).toBeLessThanOrEqual(minute);
  clock.mockReturnValue(Date.now() + (early.body.retryAfter ?? 0));
  expect((await login(email, password)).status).toBe(200);
});

test('S7 guesses at once, over as many emails as one likes, cost no more hashes than may wait', async () => {
  standingClock();
  const emails = Array.from({ length: 60 }, (_, i) => `${crypto.randomUUID()}-${i}@example.test`);
  const answers = await Promise.all(emails.map((email) => login(email, 'flood')));
  const refused = answers.filter(({ status }) => status === 429).length;
  const tried = answers.filter(({ status }) => status === 401).length;
  expect(refused + tried).toBe(emails.length);
  expect(hashesOf('flood')).toBe(tried);
  // One is being hashed and eight wait; the rest are told to come back.
  expect(tried).toBeLessThanOrEqual(9);
  for (const { body } of answers) expect(body.retryAfter ?? 0).toBeLessThanOrEqual(minute);
  await expect.poll(() => hashingBusy('unknown')).toBeUndefined();
});

test('S7 an email that is known costs the same work as one that is not', async () => {
  const work = async (email: string, guess: string) => {
    const { body } = await login(email, guess);
    return { refused: body.refused, hashes: hashesOf(guess) };
  };
  const known = await work(account.emails.supervisor, 'guess for one who is known');
  const unknown = await work(`${crypto.randomUUID()}@example.test`, 'guess for nobody');
  expect(known).toEqual({ refused: 'wrong_credentials', hashes: 1 });
  expect(unknown).toEqual(known);

  const hash = await hashOf(password);
  const median = async (against: string | undefined) => {
    const times = [];
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      expect(await verifyPassword(env, 'wrong', against, 'known')).toBe(false);
      times.push(performance.now() - start);
    }
    return times.sort((one, other) => one - other)[2] ?? 0;
  };
  const [one, other] = [await median(hash), await median(undefined)];
  // Said, never asserted: time belongs to the machine.
  console.log(
    `S7 known ${one.toFixed(0)} ms, unknown ${other.toFixed(0)} ms, ratio ${(one / other).toFixed(2)}`,
  );
});
