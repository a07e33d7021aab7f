/** The headers of every answer: at each route for several callers, at each page, and after failures. */
import { beforeAll, expect, test, vi } from 'vitest';
import { call, cookieOf, failing, newAccount, password, type Call } from './client.ts';
import { urlOf, callOf, askedRoutes } from './routes.ts';
import { newSide, strangers, type Side } from './principals.ts';

let a: Side;
beforeAll(async () => {
  a = await newSide('A');
});

const everywhere = {
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'origin-agent-cluster': /^\?1$/,
  'permissions-policy': /^(?=.*\bcamera=\(\))(?=.*\bmicrophone=\(\))(?=.*\bgeolocation=\(\))[a-z, =()-]+$/,
  'referrer-policy': /^no-referrer$/,
  'strict-transport-security': /^max-age=\d{8,}; includeSubDomains$/,
  'x-content-type-options': /^nosniff$/,
  'x-dns-prefetch-control': /^off$/,
  'x-download-options': /^noopen$/,
  'x-permitted-cross-domain-policies': /^none$/,
  'x-xss-protection': /^0$/,
  'content-security-policy': /frame-ancestors 'none'/,
};
type Set = Record<string, RegExp>;
const ofApi: Set = {
  ...everywhere,
  'content-security-policy': /^default-src 'none'; frame-ancestors 'none'$/,
  'cache-control': /^no-store$/,
  'content-type': /^application\/json/,
};
/** The app's shell: its whole policy, as a header. */
const shell: Set = {
  'cache-control': /^no-cache$/,
  'content-security-policy': new RegExp(
    `^${[
      "default-src 'none'; worker-src 'self'; connect-src 'self'; font-src 'self'; img-src 'self' data: blob:;",
      "manifest-src 'self'; media-src 'self'; object-src 'none'; script-src 'self' 'sha256-[\\w+/]{43}=';",
      "style-src 'self' 'unsafe-hashes' 'sha256-[\\w+/]{43}='; base-uri 'none'; form-action 'self';",
      "require-trusted-types-for 'script'; trusted-types svelte-trusted-html sveltekit-trusted-url;",
      "frame-ancestors 'none'",
    ].join(' ')}$`,
  ),
};
/** Over plain http a browser is not told to use https. */
const plain: Set = { 'strict-transport-security': /^$/ };
/** Files that a customer's page may load. */
const shared: Set = { 'cross-origin-resource-policy': /^cross-origin$/ };
/** The API's document is the same for everybody. */
const forAll: Set = { 'cache-control': /^public, max-age=300$/ };
/** A file of a message: a browser may keep it, and runs nothing of it. */
const ofMessage = (type: RegExp, disposition: RegExp): Set => ({
  'content-security-policy': /^sandbox; default-src 'none'; frame-ancestors 'none'$/,
  'cache-control': /^private, no-cache$/,
  'content-disposition': disposition,
  'content-type': type,
  etag: /^"[\w-]+"$/,
});
const whole = ofMessage(/^text\/plain$/, /^attachment; filename="/);
const small = ofMessage(/^image\/jpeg$/, /^inline$/);
/** The answers, when they are no refusals, of a route that a browser may keep, and of one that is a file. */
const ownAnswers: Readonly<Record<string, Set>> = {
  'GET /api/forums/:forum/responses': { 'cache-control': /^private, no-cache$/, etag: /^"\d+"$/ },
  'GET /api/conversations/:id/files/:file': whole,
  'GET /api/conversations/:id/files/:file/thumbnail': small,
  'GET /api/forums/:forum/export': {
    'content-type': /^text\/csv; charset=utf-8$/,
    'content-disposition': /^attachment; filename="/,
  },
};
const talkative = ['server', 'x-powered-by', 'via'];

let routes = 0;
let complete = 0;

/** The headers that an answer lacks. */
function lacks({ headers }: Response, set: Set): string[] {
  routes++;
  const missing = Object.entries(set)
    .filter(([name, value]) => !value.test(headers.get(name) ?? ''))
    .map(([name]) => `${name}: ${headers.get(name)}`);
  missing.push(...talkative.filter((name) => headers.has(name)));
  if (missing.length === 0) complete++;
  return missing;
}

const gone = { fetch: () => Promise.reject(new Error('gone')) } as unknown as Fetcher;
const broken = { ...failing('D1_ERROR: no such table: x: SQLITE_ERROR'), ASSETS: gone };

test('S21 every route answers with all headers, for every caller and every failure', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const askers = ['administrator', 'agent', 'visitor'].map((kind) =>
    a.principals.find((principal) => principal.kind === kind),
  );
  const found: string[] = [];
  for (const route of askedRoutes) {
    const address = urlOf(route, a.things, a.things);
    const isShared = route.address === 'GET /api/widget/config';
    const asked: [string, string, Call][] = [];
    for (const who of [...askers, ...strangers]) {
      const options = callOf(route, (await who?.fresh()) ?? {}, a.things);
      asked.push([`${route.address} by ${who?.name}`, route.method, options]);
      asked.push([`${route.address} by ${who?.name}, broken`, route.method, { ...options, env: broken }]);
    }
    asked.push([
      `${route.address} from elsewhere`,
      route.method,
      { headers: { Origin: 'https://evil.test' } },
    ]);
    const body = route.method === 'GET' ? {} : { body: '{' };
    asked.push([`${route.address} with another body`, route.method, { ...body, cookie: 'x' }]);
    asked.push([`another method than ${route.address}`, 'PROPFIND', {}]);
    asked.push([`OPTIONS, not ${route.address}`, 'OPTIONS', {}]);
    for (const [name, method, options] of asked) {
      const response = await call(method, address, options);
      const special = isShared ? shared : route.address === 'GET /api/openapi.json' ? forAll : {};
      const own = response.ok ? ownAnswers[route.address] : undefined;
      const set = method === 'GET' ? { ...ofApi, ...special, ...own } : ofApi;
      // The runtime makes the answer to an upgrade.
      if (response.status === 101) response.webSocket?.accept();
      else found.push(...lacks(response, set).map((what) => `${name} ${response.status}: ${what}`));
      response.webSocket?.close();
    }
  }
  for (const path of ['/api', '/api/', '/api/nothing', '/api//me', '/api/%00'])
    found.push(...lacks(await call('GET', path), ofApi));
  log.mockRestore();
  expect(found).toEqual([]);
});

test('S21 every page and file answers with all headers', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const html = { headers: { Accept: 'text/html' } };
  const shop = '<!doctype html>%EMBED%';
  const demo = {
    ...html,
    host: 'http://localhost:8787',
    env: { DEMO: 'true', ASSETS: { fetch: () => Promise.resolve(new Response(shop)) } as unknown as Fetcher },
  };
  const operator = strangers.find(({ kind }) => kind === 'operator')?.credential;
  await call('POST', '/api/operator/seed', { ...operator, host: demo.host });
  const frame = { 'content-security-policy': /frame-ancestors https:\/\/\S+\.example$/, ...shared };
  const pages: [string, Call, number, Set?, string?][] = [
    ['/', html, 200, shell],
    ['/', html, 200, shell, 'HEAD'],
    ['/', { ...html, host: 'http://localhost:8787' }, 200, { ...shell, ...plain }],
    ['/', {}, 404, {}, 'POST'],
    ['/index.html', html, 200, shell],
    ['/workspace/con_x', html, 200, shell],
    ['/favicon.svg', {}, 200],
    ['/widget.js', {}, 200, shared],
    ['/widget/alerts.js', {}, 200, shared],
    [`/widget/frame?site=${a.site}`, html, 200, frame],
    ['/widget/frame?site=x', html, 404],
    ['/widget/manifest.en.json', {}, 200],
    ['/demo', html, 404],
    ['/demo', demo, 200, plain],
    ['/_app/gone.js', {}, 404],
    ['/widget/assets/gone.css', html, 404],
    ['/nothing', {}, 404],
    ['/', { ...html, env: broken }, 500],
    ['/widget.js', { env: broken }, 500],
    ['/apis', {}, 404],
  ];
  const found: string[] = [];
  for (const [path, options, status, more, method = 'GET'] of pages) {
    const response = await call(method, path, options);
    expect([method, path, response.status]).toEqual([method, path, status]);
    found.push(...lacks(response, { ...everywhere, ...more }).map((what) => `${method} ${path}: ${what}`));
  }
  log.mockRestore();
  expect(found).toEqual([]);
  console.log(`S21 routes ${routes}, complete ${complete}`);
});

test('S21 a shell that the browser has cached is not sent again, and the answer has its policy', async () => {
  const html = { Accept: 'text/html' };
  const first = await call('GET', '/', { headers: html });
  const tag = first.headers.get('ETag') ?? '';
  expect(tag).not.toBe('');
  const again = await call('GET', '/login', { headers: { ...html, 'If-None-Match': tag } });
  expect([again.status, await again.text()]).toEqual([304, '']);
  expect(lacks(again, { ...everywhere, ...shell })).toEqual([]);
  const other = await call('GET', '/', { headers: { ...html, 'If-None-Match': '"x"' } });
  expect(other.status).toBe(200);
});

test('S21 an app without its policy is not served', async () => {
  const ASSETS = { fetch: () => Promise.resolve(new Response('<!doctype html>')) } as unknown as Fetcher;
  const answer = await call('GET', '/', { headers: { Accept: 'text/html' }, env: { ASSETS } });
  expect(answer.status).toBe(503);
});

test('S21 S9 every cookie has all flags, also one that is deleted', async () => {
  const account = await newAccount();
  const signedIn = await call('POST', '/api/login', {
    body: { email: account.emails.agent, password, remember: true },
  });
  const answers = [
    signedIn,
    await call('POST', '/api/logout', { cookie: cookieOf(signedIn) }),
    await call('POST', '/api/widget/session', { body: { site: a.site } }),
    await call('DELETE', `/api/widget/session?site=${a.site}`),
  ];
  const counts = answers.map((answer) => answer.headers.getSetCookie().length);
  // A sign-in makes the device known, beside the session.
  expect(counts).toEqual([2, 1, 1, 1]);
  const sites: [string, string[]][] = [
    ['__Host-parley-visitor-', ['SameSite=None', 'Partitioned']],
    ['__Host-parley-device-', ['SameSite=Strict']],
    ['__Host-parley', ['SameSite=Lax']],
  ];
  for (const cookie of answers.flatMap((answer) => answer.headers.getSetCookie())) {
    const [pair = '', ...flags] = cookie.split('; ');
    const [, site = []] = sites.find(([name]) => pair.startsWith(name)) ?? [];
    const age = flags.find((flag) => flag.startsWith('Max-Age='));
    expect([...flags].sort()).toEqual(['HttpOnly', 'Path=/', 'Secure', age, ...site].sort());
  }
});
