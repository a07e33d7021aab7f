import { isRefusal, type Refusal } from '#protocol';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Env } from '../../worker/actors/env.ts';
import { hashingBusy } from '../../worker/http/people/hashing.ts';
import { hashPassword, scryptParameters, verifyPassword } from '../../worker/http/people/password.ts';
import { ask, env, hashOf, newAccount } from './client.ts';
import { hashingService } from './hashing-service.ts';

const verify = (password: string, hash: string | undefined) => verifyPassword(env, password, hash, 'known');

test('S8 the parameters fit the limits of production, and the advice of OWASP', () => {
  const { ln, r, p } = scryptParameters;
  expect({ ln, r, p }).toEqual({ ln: 14, r: 8, p: 5 });
  // Production refuses more; local workerd does not, so only this test would notice.
  expect(2 ** ln * r * p).toBeLessThanOrEqual(2 ** 20);
});

test('S8 a hash contains its parameters, and no two are equal', async () => {
  const [a, b] = [await hashOf('secret'), await hashOf('secret')];
  expect(a).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(a).not.toBe(b);
  expect([await verify('secret', a), await verify('secret', b)]).toEqual([true, true]);
  expect([await verify('Secret', a), await verify('', a)]).toEqual([false, false]);
});

test.each([
  ['an object', {}],
  ['a service', hashingService().env],
])('S8 %s gives the same hash as Node for these parameters', async (_, where) => {
  // A password, and sixteen sevens as the salt.
  expect(await hashPassword({ ...env, ...where }, 'parley', 'known', new Uint8Array(16).fill(7))).toBe(
    '$scrypt$ln=14,r=8,p=5$BwcHBwcHBwcHBwcHBwcHBw$XsIt0bIdFQjBZP3miuw8CLuli1kvJv9wTxemhJshsi0',
  );
});

test('S8 a password is the same however the keyboard composes it', async () => {
  expect(await verify('cafe\u0301', await hashOf('caf\u00e9'))).toBe(true);
});

test('S8 a broken hash accepts no password', async () => {
  for (const hash of ['', 'x', '$scrypt$ln=14,r=8,p=5$$', '$scrypt$ln=14,r=8,p=5$AAAA$AAAA$', '$2b$10$abc']) {
    expect(await verify('', hash)).toBe(false);
  }
});

test('S7 an unknown email costs a hash too', async () => {
  const { hashed, env: counted } = hashingService();
  const bindings = { ...env, ...counted };
  expect(await verifyPassword(bindings, 'guess', await hashOf('secret'), 'unknown')).toBe(false);
  expect(await verifyPassword(bindings, 'guess', undefined, 'unknown')).toBe(false);
  expect(hashed).toEqual(['guess', 'guess']);
});

test('S7 a hashing service that fails is neither a refusal nor a sign-in', async () => {
  const HASHING = { fetch: () => Promise.resolve(new Response('', { status: 500 })) } as unknown as Fetcher;
  const verdict = verifyPassword({ ...env, HASHING }, 'guess', undefined, 'unknown');
  await expect(verdict).rejects.toThrow('500');
});

test('S7 a hashing service that never answers is a refusal, and the client is told when to retry', async () => {
  const HASHING = { fetch: () => new Promise<Response>(() => undefined) } as unknown as Fetcher;
  const wait = vi.spyOn(scheduler, 'wait').mockResolvedValue(undefined);
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  onTestFinished(() => [wait, log].forEach((spy) => spy.mockRestore()));
  const verdict = await verifyPassword({ ...env, HASHING }, 'guess', undefined, 'unknown');
  expect(verdict).toMatchObject({ refused: 'slow_down', retryAfter: 2_000 });
  expect(log).toHaveBeenCalledOnce();
  await expect.poll(() => hashingBusy('unknown')).toBeUndefined();
});

test('S7 when too many wait, a sign-in is refused at once with the time that the work takes, and is not counted', async () => {
  const account = await newAccount();
  const email = account.emails.agent;
  let asked = 0;
  const fetch = () => {
    asked++;
    return Promise.resolve(Response.json({ wait: 1_234, pace: 300_000 }, { status: 429 }));
  };
  const counters = { touched: 0 };
  const THROTTLE = {
    idFromName: (name: string) => env.THROTTLE.idFromName(name),
    get: (id: DurableObjectId) => {
      counters.touched++;
      return env.THROTTLE.get(id);
    },
  } as unknown as Env['THROTTLE'];
  const full = { env: { HASHING: { fetch } as unknown as Fetcher, THROTTLE } };
  const login = (more = {}) =>
    ask<Refusal>('POST', '/api/login', { body: { email, password: 'wrong' }, ...more });
  const busy = { status: 429, body: { refused: 'slow_down', retryAfter: 1_234 } };
  expect(await login(full)).toMatchObject(busy);
  counters.touched = 0;
  for (let i = 0; i < 20; i++) expect(await login(full)).toMatchObject(busy);
  // The others were refused before anything was counted, stored or asked.
  expect({ asked, ...counters }).toEqual({ asked: 1, touched: 0 });
  expect(isRefusal(hashingBusy('unknown'))).toBe(true);
  // Only strangers are refused: a known device and a signed-in user have turns of their own.
  expect(hashingBusy('known')).toBeUndefined();
  expect(await verifyPassword(env, 'wrong', undefined, 'known')).toBe(false);
});
