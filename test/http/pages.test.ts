import { beforeAll, expect, test } from 'vitest';
import { framePage } from '../../worker/http/sites/frame-page.ts';
import { ask, call, env, id, newAccount, newSite, operatorHeader } from './client.ts';

let site: string;
beforeAll(async () => {
  ({ site } = await newSite(await newAccount(), ['https://shop.example', 'https://*.shop.example']));
});

const html = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const navigation = { ...html, 'Sec-Fetch-Mode': 'navigate' };

test.each(['/', '/login', '/workspace', '/workspace/con_x', '/console/settings', '/index.html'])(
  'the navigation to %s gets the shell, which no page may frame',
  async (path) => {
    for (const headers of [html, navigation]) {
      const response = await call('GET', path, { headers });
      expect(response.status).toBe(200);
      expect(response.headers.get('Content-Type')).toContain('text/html');
      expect(response.headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'");
      expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
      expect(response.headers.get('Cache-Control')).toBe('no-cache');
      expect(await response.text()).toContain('<!doctype html>');
    }
  },
);

test.each(['/_app/immutable/nodes/9.gone.js', '/widget/assets/gone.css', '/favicon.gone', '/workspace/x.js'])(
  'the missing file %s is a 404, and no page',
  async (path) => {
    for (const headers of [{}, { Accept: '*/*' }, html]) {
      const response = await call('GET', path, { headers });
      expect(response.status).toBe(404);
      expect(await response.text()).not.toContain('<!doctype html>');
    }
  },
);

test.each(['/widget.js', '/widget/alerts.js'])(
  "a customer's page of another site may load %s",
  async (path) => {
    const response = await call('GET', `${path}?site=${site}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(response.headers.get('Content-Type')).toContain('javascript');
    expect(response.headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin');
  },
);

test('SIT-6 the widget’s frame may be framed by the site’s pages, and by no other', async () => {
  const response = await call('GET', `/widget/frame?site=${site}`, { headers: navigation });
  expect(response.status).toBe(200);
  const policy = response.headers.get('Content-Security-Policy') ?? '';
  expect(policy).toMatch(/frame-ancestors https:\/\/shop\.example https:\/\/\*\.shop\.example$/);
  expect(policy).toMatch(/^default-src 'none'; script-src 'self';/);
  expect(policy).not.toContain('unsafe-');
  expect(response.headers.get('X-Frame-Options')).toBeNull();
  expect(await response.text()).toMatch(
    /<script type="module" src="\/widget\/assets\/[\w.-]+\.js"><\/script>/,
  );
  for (const other of [id('site'), 'x', '']) {
    expect((await call('GET', `/widget/frame?site=${other}`, { headers: navigation })).status).toBe(404);
  }
});

test('SIT-6 no page may frame the widget of a site without origins', () => {
  const { policy } = framePage([], { script: '/widget/a.js', preload: [], styles: [] }, 'en');
  expect(policy).toMatch(/frame-ancestors 'none'$/);
});

test.each([
  ['ru', 'ru'],
  ['ru-RU,ru;q=0.9,en;q=0.8', 'ru'],
  ['de, ru;q=0.5', 'ru'],
  ['en-GB, ru;q=0.9', 'en'],
  ['de', 'en'],
  ['', 'en'],
])('a visitor whose browser asks for %j gets the frame in %s', async (asked, language) => {
  const headers = { ...navigation, 'Accept-Language': asked };
  const response = await call('GET', `/widget/frame?site=${site}`, { headers });
  expect(response.headers.get('Vary')).toContain('Accept-Language');
  expect(await response.text()).toContain(`<html lang="${language}">`);
});

test('the demo shop exists only if it was requested', async () => {
  const demo = (value?: string) =>
    call('GET', '/demo', {
      headers: navigation,
      host: 'http://localhost:8787',
      env: value ? { DEMO: value } : {},
    });
  await ask('POST', '/api/operator/seed', { headers: operatorHeader, host: 'http://localhost:8787' });
  expect((await demo()).status).toBe(404);
  expect((await demo('false')).status).toBe(404);
  const page = '<!doctype html>%EMBED%';
  const ASSETS = { fetch: () => Promise.resolve(new Response(page)) } as unknown as Fetcher;
  const response = await call('GET', '/demo', {
    headers: navigation,
    host: 'http://localhost:8787',
    env: { DEMO: 'true', ASSETS },
  });
  expect(response.status).toBe(200);
  // The widget is served under the machine's other name, which a browser treats as another site.
  expect(await response.text()).toMatch(
    /src="http:\/\/127\.0\.0\.1:8787\/widget\.js\?site=sit_[a-z0-9]{26}"/,
  );
  expect(env.DEMO).toBeUndefined();
});

test('a request by a script gets no page', async () => {
  expect((await call('GET', '/login', { headers: { Accept: '*/*' } })).status).toBe(404);
  expect((await call('GET', '/login')).status).toBe(404);
});

test('a page supports no other method', async () => {
  expect((await call('POST', '/login', { body: {} })).status).toBe(404);
});
