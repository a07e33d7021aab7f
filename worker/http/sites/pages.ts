/**
 * The pages and files for browsers: the app's shell, the widget's script and frame, the demo shop, and the build's
 * files.
 */
import { check, isRefusal, isTransient, SiteId } from '#protocol';
import { Hono } from 'hono';
import { findDemo } from '../accounts/demo-account.ts';
import type { Bound, Exchange } from '../serving/exchange.ts';
import { languageOf, spoken } from '../serving/language.ts';
import { framePage } from './frame-page.ts';
import { siteOf } from './site-lookup.ts';

export const pages = new Hono<Bound>();

/**
 * The scripts on a customer's page: the one of its tag, and the one that this imports with the first unread message.
 * Their names have no hash, so caches keep them for minutes only. An import from another origin needs CORS.
 */
for (const path of ['/widget.js', '/widget/alerts.js'])
  pages.get(path, async (c) => {
    const script = await asset(c, path);
    script.headers.set('Cache-Control', 'public, max-age=300');
    script.headers.set('Cross-Origin-Resource-Policy', 'cross-origin');
    script.headers.set('Access-Control-Allow-Origin', '*');
    return script;
  });

pages.get('/widget/frame', spoken, async (c) => {
  const id = check(SiteId, c.req.query('site'));
  const site = isRefusal(id) ? id : await siteOf(c, id);
  if (isRefusal(site)) return c.text(site.message, isTransient(site.refused) ? 503 : 404);
  const language = languageOf(c);
  const manifest = await ownFile(c, `/widget/manifest.${language}.json`);
  if (!manifest.ok) return c.text('The widget is not built.', 503);
  const { html, policy } = framePage(site.origins, await manifest.json(), language);
  c.header('Content-Security-Policy', policy);
  c.header('Cross-Origin-Resource-Policy', 'cross-origin');
  c.header('Cache-Control', 'no-store');
  return c.html(html);
});

/** A fictional shop with the demo account's widget. The build contains its page; the site's id is inserted here. */
pages.get('/demo', async (c) => {
  const demo = c.env.DEMO === 'true' ? await findDemo(c.env) : undefined;
  const page = demo && (await ownFile(c, '/widget/demo.html'));
  if (!demo || !page?.ok) return c.text('Not found', 404);
  const server = otherName(new URL(c.req.url));
  c.header(
    'Content-Security-Policy',
    [
      "default-src 'none'",
      `script-src 'self' ${server}`,
      `connect-src ${server}`,
      `frame-src ${server}`,
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "frame-ancestors 'none'",
    ].join('; '),
  );
  c.header('Cache-Control', 'no-store');
  const html = await page.text();
  const embed = `<script async src="${server}/widget.js?site=${demo.site.id}"></script>`;
  return c.html(html.replace('%EMBED%', embed));
});

pages.get('*', async (c) => {
  // `/index.html` by name is the shell too, and gets the shell's headers.
  const file = c.req.path === '/' || c.req.path === '/index.html' ? undefined : await asset(c, c.req.path);
  if (file && file.status !== 404) return file;
  if (!isNavigation(c)) return c.text('Not found', 404);
  return shellPage(c);
});

/**
 * The app's shell. Its build writes the policy, with the hash of its only script, into a meta tag. As a header, the
 * policy applies from the first byte on, and can contain `frame-ancestors`, which a meta tag cannot.
 */
async function shellPage(c: Exchange): Promise<Response> {
  const shell = await ownFile(c, '/index.html');
  const html = await shell.text();
  const policy = /<meta http-equiv="content-security-policy" content="([^"]+)"/.exec(html)?.[1];
  if (!shell.ok || !policy) return c.text('The app is not built.', 503);
  const tag = shell.headers.get('ETag');
  c.header('Content-Security-Policy', `${policy}; frame-ancestors 'none'`);
  c.header('Cache-Control', 'no-cache');
  if (tag) c.header('ETag', tag);
  return tag && c.req.header('If-None-Match') === tag ? c.body(null, 304) : c.html(html);
}

/**
 * True for a page that a person opens: only then does a browser request HTML, and no page of ours has a dot in its
 * name. Every other missing file is a 404: if the shell were the answer, browsers would cache a page of HTML as that
 * file.
 */
function isNavigation(c: Exchange): boolean {
  if (c.req.path === '/index.html') return true;
  const isFile = c.req.path.slice(c.req.path.lastIndexOf('/')).includes('.');
  return !isFile && (c.req.header('Accept')?.includes('text/html') ?? false);
}

/** A file of the build that the Worker itself reads. */
function ownFile(c: Exchange, path: string): Promise<Response> {
  return c.env.ASSETS.fetch(new URL(path, c.req.url));
}

/** A file of the build, requested with the client's method and headers. The headers of the answer can be changed. */
async function asset(c: Exchange, path: string): Promise<Response> {
  const url = new URL(path, c.req.url);
  const { method, headers } = c.req.raw;
  const found = await c.env.ASSETS.fetch(new Request(url, { method, headers }));
  return new Response(found.body, found);
}

/**
 * On one machine: its other name, which a browser takes for another *site*, like a customer's page and this server.
 * (Another port is the same site, and would hide what happens to cookies and storage.) Elsewhere: the server itself.
 */
function otherName({ origin, protocol, hostname, port }: URL): string {
  const other = hostname === 'localhost' ? '127.0.0.1' : hostname === '127.0.0.1' ? 'localhost' : undefined;
  return other ? `${protocol}//${other}${port && `:${port}`}` : origin;
}
