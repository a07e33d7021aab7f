/** Known devices: guessing strangers lock out nobody who has signed in before, or who can read their mail. */
import { limits } from '#domain/base/limits';
import type { HashOrder } from '#domain/people/hashing';
import { runInDurableObject } from 'cloudflare:test';
import { beforeAll, expect, test, vi } from 'vitest';
import type { Env } from '../../worker/actors/env.ts';
import { overLimit } from '../../worker/actors/limits.ts';
import { agentStub } from '../../worker/actors/stubs.ts';
import { Browser } from './browser.ts';
import { env, from, id, newAccount, password, standingClock, type TestAccount } from './client.ts';
import { mailTo, tokenIn } from './mails.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await newAccount();
});

const next = 'a horse of another colour';

/**
 * Guesses at this email from a thousand networks, each waiting as told, until the wait is a minute: it lasts for the
 * whole test.
 */
async function guessEverywhere(email: string): Promise<void> {
  const clock = vi.spyOn(Date, 'now');
  let [now, wait] = [Date.now(), 0];
  while (wait < 60_000) {
    now += wait;
    clock.mockReturnValue(now);
    wait = (await overLimit(env, [{ limit: 'signInEmail', of: email }], email))?.retryAfter ?? 0;
  }
  clock.mockRestore();
}

/** A service that counts its orders to hash, and answers as the test says. */
function hashing(answer: (order: HashOrder) => Response) {
  const orders: HashOrder[] = [];
  const fetch = (_: string, { body }: { body: string }) => {
    const order = JSON.parse(body) as HashOrder;
    orders.push(order);
    return Promise.resolve(answer(order));
  };
  return { orders, env: { HASHING: { fetch } as unknown as Fetcher } satisfies Partial<Env> };
}
const wrong = ({ length }: HashOrder) => new Response(new Uint8Array(length));

test('S7 a sign-in makes the device known, by a cookie that no script and no other site reads', async () => {
  const { emails, users, id: acc } = await newAccount();
  const browser = new Browser();
  const response = await browser.send('POST', '/api/login', { email: emails.agent, password });
  const [, set = ''] = response.headers.getSetCookie();
  expect(set).toMatch(/^__Host-parley-device-[0-9a-f]{16}=/);
  for (const part of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict', 'Max-Age=34560000'])
    expect(set).toContain(part);
  const [name = ''] = browser.devices;
  const value = browser.get(name) ?? '';
  expect(value).toMatch(new RegExp(`^${acc}\\.${users.agent}\\.dev_[a-z0-9]{26}\\.[\\w-]{43}$`));
  // The next sign-in renews it for the same time.
  expect(await browser.signIn(emails.agent)).toBe(200);
  expect(browser.get(name)).toBe(value);
  await runInDurableObject(agentStub(env, acc, users.agent), (_, { storage }) => {
    const rows = storage.sql.exec('SELECT id, hash FROM devices').toArray();
    // The device from the account's creation, and this one; its secret is not stored.
    expect(rows.map((row) => row['id'])).toContain(value.split('.')[2]);
    expect(JSON.stringify(rows)).not.toContain(value.split('.')[3]);
  });
});

test('S7 while strangers guess, the owner gets in on a known device, and others wait', async () => {
  const { emails } = await newAccount();
  const [known, unknown] = [new Browser(), new Browser()];
  expect(await known.signIn(emails.agent)).toBe(200);
  await guessEverywhere(emails.agent);
  standingClock();
  expect(await unknown.signIn(emails.agent)).toBe(429);
  expect(await known.signIn(emails.agent)).toBe(200);
  // Its own typing errors are still counted, and only there.
  for (let i = 0; i < 5; i++) expect(await known.signIn(emails.agent, 'wrong')).toBe(401);
  expect(await known.signIn(emails.agent)).toBe(429);
});

test('S7 while strangers guess, the owner can change their password and second factor in the profile', async () => {
  const { emails } = await newAccount();
  const browser = new Browser();
  expect(await browser.signIn(emails.agent)).toBe(200);
  await guessEverywhere(emails.agent);
  standingClock();
  expect((await browser.send('POST', '/api/me/second-factor', { password })).status).toBe(200);
  expect((await browser.send('PUT', '/api/me/password', { current: password, password: next })).status).toBe(
    200,
  );
  expect(await browser.signIn(emails.agent, next)).toBe(200);
});

test('S7 guesses from one network limit only that network', async () => {
  const email = account.emails.supervisor;
  standingClock();
  const stranger = new Browser(from('203.0.113.60'));
  for (let i = 0; i < 5; i++) expect(await stranger.signIn(email, 'wrong')).toBe(401);
  expect(await stranger.signIn(email)).toBe(429);
  expect(await new Browser(from('203.0.113.61')).signIn(email)).toBe(200);
  // An IPv6 client counts as its /48, whatever address it uses within it.
  for (let i = 0; i < 5; i++)
    expect(await new Browser(from(`2001:db8:60:${i}::1`)).signIn(email, 'wrong')).toBe(401);
  expect(await new Browser(from('2001:db8:60:ff::1')).signIn(email)).toBe(429);
  expect(await new Browser(from('2001:db8:61::1')).signIn(email)).toBe(200);
});

test('S7 a device is known only for its own user, and an invented one is unknown and stores nothing', async () => {
  const { emails, users, id: acc } = await newAccount();
  const browser = new Browser();
  expect(await browser.signIn(emails.agent)).toBe(200);
  const [name = ''] = browser.devices;
  const [, , device, secret] = (browser.get(name) ?? '').split('.');
  await guessEverywhere(emails.agent);
  standingClock();
  const made = { account: id('account'), user: id('user') };
  const values = [
    `${acc}.${users.agent}.${device}.${'A'.repeat(43)}`,
    `${acc}.${users.agent}.${id('device')}.${secret}`,
    `${acc}.${users.supervisor}.${device}.${secret}`,
    `${made.account}.${made.user}.${device}.${secret}`,
    `${acc}.${users.agent}.${device}`,
    'x',
    '',
  ];
  for (const value of values) {
    const other = new Browser();
    other.set(name, value);
    expect(await other.signIn(emails.agent)).toBe(429);
  }
  await runInDurableObject(agentStub(env, made.account, made.user), async (_, { storage }) => {
    expect(storage.sql.exec('SELECT name FROM sqlite_schema').toArray()).toEqual([]);
    expect(await storage.getAlarm()).toBeNull();
  });
  // The cookie of one user with the email of another: the actor knows that the email is not its user's.
  const other = new Browser();
  expect(await other.signIn(emails.supervisor)).toBe(200);
  other.set(name, other.get(other.devices[0] ?? '') ?? '');
  expect(await other.signIn(emails.agent)).toBe(429);
});

test('S7 of 50 simultaneous attempts no more are hashed than permitted, on an unknown device and on a known one', async () => {
  const { emails } = await newAccount();
  const known = new Browser();
  expect(await known.signIn(emails.agent)).toBe(200);
  const [name = ''] = known.devices;
  const counts = [];
  for (const cookie of [undefined, `${name}=${known.get(name)}`]) {
    standingClock();
    const service = hashing(wrong);
    const behind = from('203.0.113.62');
    const tries = Array.from({ length: 50 }, () => {
      const browser = new Browser({ ...behind, env: { ...behind.env, ...service.env } });
      if (cookie) browser.set(name, known.get(name) ?? '');
      return browser.signIn(emails.agent, 'wrong');
    });
    const statuses = await Promise.all(tries);
    const lanes = new Set(service.orders.map(({ lane }) => lane));
    const refused = statuses.filter((status) => status === 429).length;
    counts.push({ lanes: [...lanes], hashed: service.orders.length, refused });
  }
  expect(counts).toEqual([
    { lanes: ['unknown'], hashed: 5, refused: 45 },
    { lanes: ['known'], hashed: 5, refused: 45 },
  ]);
});

test('S7 an attempt whose password was not checked does not count', async () => {
  const { emails } = await newAccount();
  const known = new Browser();
  expect(await known.signIn(emails.agent)).toBe(200);
  const [name = ''] = known.devices;
  standingClock();
  // Busy for so short a time that this isolate asks again at once.
  const busy = hashing(() => Response.json({ wait: 1_000, pace: 0 }, { status: 429 }));
  for (const device of [undefined, known.get(name) ?? '']) {
    const behind = from('203.0.113.63');
    const browser = (service: Partial<Env>) => {
      const made = new Browser({ ...behind, env: { ...behind.env, ...service } });
      if (device) made.set(name, device);
      return made;
    };
    for (let i = 0; i < 20; i++) expect(await browser(busy.env).signIn(emails.agent)).toBe(429);
    const service = hashing(wrong);
    for (let i = 0; i < 5; i++) expect(await browser(service.env).signIn(emails.agent, 'wrong')).toBe(401);
    expect(await browser(service.env).signIn(emails.agent, 'wrong')).toBe(429);
    // Nor if the database fails before.
    expect(service.orders).toHaveLength(5);
  }
  expect(busy.orders).toHaveLength(40);
});

test('S7 right passwords on a known device have a limit too: each costs a hash', async () => {
  const { emails, users, id: acc } = await newAccount();
  const agent = agentStub(env, acc, users.agent);
  standingClock();
  const session = id('session');
  for (let i = 0; i < limits.ownHashes.most; i++) {
    const { wait, taken } = await agent.tryInSession(session);
    expect(wait).toBe(0);
    await agent.settleTries(
      [],
      taken.filter(({ limit }) => limit === 'proof'),
    );
  }
  expect((await agent.tryInSession(session)).wait).toBe(limits.ownHashes.window);
  // On an unknown device the email's own limits apply.
  expect(await new Browser().signIn(emails.agent)).toBe(200);
});

test('S7 the mailed link lets the owner in on a new device, whoever else requests links meanwhile', async () => {
  const { emails } = await newAccount();
  const email = emails.agent;
  const [owner, old] = [new Browser(from('203.0.113.64')), new Browser()];
  expect(await old.signIn(email)).toBe(200);
  await guessEverywhere(email);
  expect(await owner.signIn(email)).toBe(429);
  const forgotten = (browser: Browser) => browser.send('POST', '/api/password/forgotten', { email });
  const stranger = new Browser(from('203.0.113.65'));
  for (let i = 1; i <= 3; i++) {
    expect((await forgotten(stranger)).status).toBe(200);
    await mailTo(email, i);
  }
  expect((await forgotten(stranger)).status).toBe(429);
  expect((await forgotten(owner)).status).toBe(200);
  const token = tokenIn(await mailTo(email, 4));
  expect((await owner.send('POST', '/api/password/redeem', { token, password: next })).status).toBe(200);
  expect(await owner.signIn(email, next)).toBe(200);
  // An attacker may have known the old password: devices that it made known are forgotten.
  expect(await old.signIn(email, next)).toBe(429);
});

test('S7 a known device has its own limit on requests for links', async () => {
  const { emails } = await newAccount();
  const email = emails.agent;
  const known = new Browser();
  expect(await known.signIn(email)).toBe(200);
  standingClock();
  for (let i = 0; i < limits.resetEmail.free; i++)
    await overLimit(env, [{ limit: 'resetEmail', of: email }], email);
  const forgotten = (browser: Browser) => browser.send('POST', '/api/password/forgotten', { email });
  expect((await forgotten(new Browser())).status).toBe(429);
  for (let i = 0; i < limits.resetDevice.free; i++) expect((await forgotten(known)).status).toBe(200);
  expect((await forgotten(known)).status).toBe(429);
});

test('S7 after a change of the password, and after the end of all other sessions, only this device is known', async () => {
  const { emails } = await newAccount();
  const email = emails.agent;
  const [here, there] = [new Browser(), new Browser()];
  for (const browser of [here, there]) expect(await browser.signIn(email)).toBe(200);
  const changed = await here.send('PUT', '/api/me/password', { current: password, password: next });
  expect(changed.status).toBe(200);
  await guessEverywhere(email);
  expect(await here.signIn(email, next)).toBe(200);
  expect(await there.signIn(email, next)).toBe(429);

  const more = await newAccount();
  const own = more.emails.agent;
  const [first, second] = [new Browser(), new Browser()];
  for (const browser of [first, second]) expect(await browser.signIn(own)).toBe(200);
  expect((await first.send('DELETE', '/api/me/sessions')).status).toBe(200);
  await guessEverywhere(own);
  expect(await first.signIn(own)).toBe(200);
  expect(await second.signIn(own)).toBe(429);
});

test('S7 a browser remembers four users; the fifth replaces the first', async () => {
  const browser = new Browser();
  const people = [];
  for (let i = 0; i < 2; i++) people.push(...Object.values((await newAccount()).emails));
  const five = people.slice(0, 5);
  for (const email of five) expect(await browser.signIn(email)).toBe(200);
  expect(browser.devices).toHaveLength(4);
  const statuses = [];
  for (const email of [five[0] ?? '', five[1] ?? '', five[4] ?? '']) {
    await guessEverywhere(email);
    statuses.push(await browser.signIn(email));
  }
  expect(statuses).toEqual([429, 200, 200]);
});

test('S7 a user has twenty devices; the one unused for longest is dropped', async () => {
  const { emails, users, id: acc } = await newAccount();
  const agent = agentStub(env, acc, users.agent);
  const clock = standingClock();
  const later = () => clock.mockReturnValue(Date.now() + 1_000);
  const devices = [];
  for (let i = 0; i < 20; i++) {
    later();
    devices.push((await agent.addDevice()) ?? { device: '', secret: '' });
  }
  later();
  const browser = new Browser();
  const [oldest, second] = devices;
  // The oldest is used once more.
  await runInDurableObject(agent, (_, { storage }) => {
    storage.sql.exec('UPDATE devices SET used_at = ? WHERE id = ?', Date.now(), oldest?.device ?? '');
  });
  expect(await browser.signIn(emails.agent)).toBe(200);
  const knows = async (device = { device: '', secret: '' }) =>
    (await agent.tryOnDevice(emails.agent, device, ['signInDevice'])) !== null;
  expect([await knows(oldest), await knows(second), await knows(devices[2])]).toEqual([true, false, true]);
});
