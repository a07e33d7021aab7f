/** Sign-in under a flood of strangers' sign-ins, on a server in a process of its own, with either way of hashing. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { build } from '../../bin/build.mjs';
import { mainEntry } from '../../bin/bundle.mjs';
import { seedDemo } from '../../bin/demo.mjs';
import { scratchFolder } from '../../bin/server.mjs';
import { ServerProcess, type Address } from '../faults/child.ts';

const dataDir = scratchFolder();
beforeAll(() => build({ log: () => undefined }));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

async function start(hashing: 'service' | 'objects'): Promise<Address> {
  const options = { dataDir: path.join(dataDir, hashing), log: path.join(dataDir, `${hashing}.log`) };
  const server = new ServerProcess({ ...options, entry: mainEntry, env: {}, hashing });
  onTestFinished(() => server.kill());
  const address = await server.start();
  await seedDemo(address);
  return address;
}

const post = ({ url }: Address, route: string, body: object, init: RequestInit & { cookie?: string } = {}) =>
  fetch(url + route, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url, ...(init.cookie && { cookie: init.cookie }) },
    body: JSON.stringify(body),
    ...(init.signal && { signal: init.signal }),
  });

const stranger = (server: Address, signal?: AbortSignal) =>
  post(
    server,
    '/api/login',
    { email: `${crypto.randomUUID()}@example.test`, password: 'guess' },
    { ...(signal && { signal }) },
  );

/** Signs in as a user of the demo, waiting as the server asks, and returns the cookie. */
async function signIn(server: Address): Promise<string> {
  const answer = await post(server, '/api/login', { email: 'sofia@demo.test', password: 'parley-demo' });
  expect(answer.status).toBe(200);
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

describe.each(['service', 'objects'] as const)('with passwords hashed by the %s', (hashing) => {
  test('S7 under a flood of strangers, every hash of a known device is made, the server answers, and strangers are refused', async () => {
    const server = await start(hashing);
    const cookie = await signIn(server);
    const strangers: Promise<number>[] = [];
    const flood = (count: number) => {
      for (let i = 0; i < count; i++) strangers.push(stranger(server).then(({ status }) => status));
    };
    // More at once than can wait, on any machine; then ten a second.
    flood(100);
    const steady = setInterval(() => flood(1), 100);
    const known = [];
    const health = [];
    for (let i = 0; i < 15; i++) {
      known.push(
        (await post(server, '/api/me/second-factor', { password: 'parley-demo' }, { cookie })).status,
      );
      health.push((await fetch(`${server.url}/api/health`)).status);
    }
    clearInterval(steady);
    expect(known).toEqual(Array(15).fill(200));
    expect(health).toEqual(Array(15).fill(200));
    const answers = await Promise.all(strangers);
    const counts = Object.groupBy(answers, String);
    expect(Object.keys(counts).sort()).toEqual(['401', '429']);
    // Once the flood is over, a stranger's sign-in is checked again.
    await expect.poll(async () => (await stranger(server)).status).toBe(401);
  });

  test('S7 clients that disconnect delay no other client', async () => {
    const server = await start(hashing);
    const cookie = await signIn(server);
    for (let round = 0; round < 5; round++) {
      const gone = new AbortController();
      const asked = Array.from({ length: 20 }, () => stranger(server, gone.signal).catch(() => undefined));
      const known = post(server, '/api/me/second-factor', { password: 'parley-demo' }, { cookie });
      // By then some orders are being hashed, and others wait.
      await fetch(`${server.url}/api/health`);
      gone.abort();
      await Promise.all(asked);
      expect((await known).status).toBe(200);
    }
    await expect.poll(async () => (await stranger(server)).status).toBe(401);
  });
});
