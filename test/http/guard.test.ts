import { beforeAll, expect, test, vi } from 'vitest';
import {
  ask,
  call,
  env,
  failing,
  id,
  newAccount,
  operatorHeader,
  origin,
  request,
  type TestAccount,
} from './client.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await newAccount();
});

const con = id('conversation');
const changes = [
  ['POST', '/api/login'],
  ['POST', '/api/logout'],
  ['POST', '/api/widget/session'],
  ['POST', '/api/widget/messages'],
  ['POST', `/api/conversations/${con}/take`],
  ['PATCH', '/api/account'],
  ['POST', '/api/sites'],
  ['PATCH', `/api/sites/${id('site')}`],
  ['POST', '/api/campaigns'],
  ['PATCH', `/api/campaigns/${id('campaign')}`],
] as const;
const sockets = [
  '/api/agent/socket',
  '/api/floor/socket',
  `/api/conversations/${con}/socket`,
  `/api/widget/conversations/${con}/socket`,
];
const foreign = [
  undefined,
  '',
  'null',
  'https://evil.example',
  'http://parley.test',
  'https://parley.test:8443',
  'https://parley.test.evil.example',
  'https://xparley.test',
  'https://parley.test/',
  'https://PARLEY.test@evil.example',
];

test.each(changes)('S10 REQ-2 %s %s from another origin changes nothing', async (method, path) => {
  for (const Origin of foreign) {
    const answer = await ask(method, path, { cookie: account.administrator, body: {}, headers: { Origin } });
    expect(answer).toMatchObject({ status: 403, body: { refused: 'wrong_origin' } });
  }
});

test('S10 REQ-2 behind a proxy that ends TLS, the deployment’s own origin is that of PUBLIC_URL', async () => {
  const proxied = { host: 'http://parley.test', cookie: (await newAccount()).agent };
  const from = async (Origin: string) =>
    (await ask('POST', '/api/logout', { ...proxied, body: {}, headers: { Origin } })).status;
  expect(await from('https://evil.example')).toBe(403);
  expect(await from('https://parley.test:8443')).toBe(403);
  expect(await from(origin)).toBe(200);
});

test.each(sockets)('S10 REQ-2 the socket %s is not opened for another origin', async (path) => {
  for (const Origin of foreign) {
    const headers = { Origin, Upgrade: 'websocket', 'Sec-WebSocket-Protocol': 'parley.1' };
    const answer = await ask('GET', path, { cookie: account.agent, headers });
    expect(answer).toMatchObject({ status: 403, body: { refused: 'wrong_origin' } });
  }
});

test.each(changes)('S10 REQ-4 %s %s accepts only JSON that is declared as JSON', async (method, path) => {
  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/json',
    '',
  ];
  for (const type of [...types, 'application/jsonp', 'text/plain; application/json']) {
    const answer = await ask(method, path, {
      cookie: account.administrator,
      body: '{"name":"x"}',
      headers: { 'Content-Type': type },
    });
    expect(answer).toMatchObject({ status: 400, body: { refused: 'bad_request', field: 'content-type' } });
  }
});

test('REQ-4 the content type may have a parameter and any case', async () => {
  for (const type of ['application/json; charset=utf-8', 'Application/JSON']) {
    const answer = await ask('PATCH', '/api/account', {
      cookie: account.administrator,
      body: {
        ...{ name: 'Renamed', timeZone: 'UTC', sees: 'all', needsSecondFactor: false },
        ...{ assignment: 'manual', offerSeconds: 30, missedLimit: null, offlineProcessing: false },
      },
      headers: { 'Content-Type': type },
    });
    expect(answer.status).toBe(200);
  }
});

test.each(changes)('L3 %s %s over 64 KiB is too large, its length declared or not', async (method, path) => {
  const body = JSON.stringify({ name: 'x'.repeat(65_536) });
  expect(await ask(method, path, { body })).toMatchObject({ status: 413, body: { refused: 'too_large' } });
  const streamed = new Request(request(method, path, { body }), {
    body: new Blob([body]).stream().pipeThrough(new TransformStream()),
    headers: { Origin: origin, 'Content-Type': 'application/json' },
  });
  const { default: server } = await import('../../worker/server.ts');
  const context = { waitUntil: () => undefined, passThroughOnException: () => undefined };
  const answer = await server.fetch(streamed as never, env, context as unknown as ExecutionContext);
  expect(answer.status).toBe(413);
});

test('REQ-6 an unknown path and an unsupported method have refusals of their own', async () => {
  for (const path of ['/api', '/api/', '/api/nothing', '/api/conversations/x/y', '/api/../api/nothing']) {
    expect(await ask('GET', path)).toMatchObject({ status: 404, body: { refused: 'not_found' } });
  }
  const wrong = await call('PATCH', '/api/login', { body: {} });
  expect(wrong.status).toBe(405);
  expect(wrong.headers.get('Allow')).toBe('POST');
  expect(await wrong.json()).toMatchObject({ refused: 'method_not_allowed' });
  expect((await call('GET', '/api/logout')).status).toBe(405);
  expect((await call('DELETE', `/api/conversations/${con}`)).headers.get('Allow')).toBe('GET, HEAD');
});

test('S21 every answer of the API has the headers that keep it private', async () => {
  const paths = [
    '/api/health',
    '/api/me',
    '/api/nothing',
    '/api/conversations',
    '/api/widget/config',
    ...sockets,
  ];
  for (const path of paths) {
    const { headers } = await call('GET', path);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-type': 'application/json',
    });
  }
});

test('REQ-11 the health of the Worker', async () => {
  expect(await ask('GET', '/api/health')).toEqual({ status: 200, body: { ok: true } });
});

test('S22 an internal error is logged without data, and the answer reveals nothing of it', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const seed = (message: string) =>
    ask('POST', '/api/operator/seed', { headers: operatorHeader, env: failing(message) });
  expect(await seed('D1_ERROR: no such column: x: SQLITE_ERROR')).toEqual({
    status: 500,
    body: { refused: 'internal', message: 'An unexpected error was logged. Try again.' },
  });
  expect(await seed('D1_ERROR: Network connection lost.')).toMatchObject({
    status: 503,
    body: { refused: 'unavailable' },
  });
  const lines = log.mock.calls.flat().join('\n');
  log.mockRestore();
  expect(JSON.parse(lines.split('\n')[0] ?? '')).toMatchObject({
    level: 'error',
    path: '/api/operator/seed',
    message: 'D1_ERROR: no such column: x: SQLITE_ERROR',
  });
  expect(lines).not.toContain('admin@demo.test');
});
