import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { deceptive } from '../domain/addresses.ts';
import { accessibilityOf, Agent, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
let foreign: Server;
afterAll(async () => {
  foreign.close();
});

const payloads = [
  '<img src=x onerror="window.hacked=1">',
  '<svg onload="window.hacked=1">',
  '"><script>window.hacked=1</script>',
  "javascript:window.hacked=1//'",
  '<a href="javascript:window.hacked=1">press</a>',
  '{{constructor.constructor("window.hacked=1")()}}',
  '<iframe srcdoc="<script>parent.hacked=1</script>">',
  '\u202egnp.exe <b>bold</b>',
];

test('S4: HTML in every field that a visitor controls is shown as text everywhere', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.page.evaluate((html) => {
    document.title = html;
    history.replaceState(null, '', `?q=${encodeURIComponent(html)}`);
  }, payloads[0] ?? '');
  await visitor.open();
  await visitor.say(payloads[1] ?? '');
  await visitor.chat.getByLabel('Name').fill('<img src=x onerror="window.hacked=1">');
  await visitor.chat.getByLabel('Email').fill('x@y.example');
  await visitor.chat.getByRole('button', { name: 'Save' }).click();
  await visitor.sees(payloads[1] ?? '');
  await anna.take(payloads[1] ?? '');
  for (const payload of payloads.slice(2)) {
    await visitor.say(payload);
    await anna.sees(payload);
    await anna.say(payload);
  }
  await visitor.sees(payloads.at(-1) ?? '');
  const details = anna.page.getByRole('complementary', { name: 'Details' });
  await details.getByText('<img src=x onerror="window.hacked=1">').first().waitFor();
  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test', '/console');
  // The history is updated within seconds.
  await expect
    .poll(async () => {
      await sofia.page.goto(`${base}/console/chats`);
      await sofia.page.getByRole('table').or(sofia.page.getByText('No chats yet')).waitFor();
      return sofia.page.getByRole('table').count();
    })
    .toBe(1);
  const pages = [anna.page, visitor.page, sofia.page];
  const frames = pages.flatMap((page) => page.frames());
  for (const frame of frames) {
    expect(await frame.evaluate(() => 'hacked' in window)).toBe(false);
    expect(await frame.locator('img[src="x"], a[href^="javascript"], svg[onload]').count()).toBe(0);
  }
  await anna.endChat();
});

/** A client that is no widget: it sends arbitrary frames. */
class Attacker {
  private constructor(
    readonly site: string,
    readonly token: string,
  ) {}

  static async enter(): Promise<Attacker> {
    const demo = await (await fetch(`${base}/demo`, { headers: { Accept: 'text/html' } })).text();
    const site = /widget\.js\?site=(\w+)/.exec(demo)?.[1] ?? '';
    const opened = await post('session', { site });
    return new Attacker(site, ((await opened.json()) as { token: string }).token);
  }

  send(text: string, more: object): Promise<Response> {
    const { site } = this;
    const id = crypto.randomUUID().replace(/^(.{14})./, '$17');
    return post('messages', { id, site, text, ...more }, { Authorization: `Bearer ${this.token}` });
  }
}

function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${base}/api/widget/${path}`, {
    method: 'POST',
    headers: { Origin: base, 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

test('S4: an address that looks like another one is refused as a page, and is no link in a message', async () => {
  const attacker = await Attacker.enter();
  for (const url of deceptive) {
    const answer = await attacker.send('Hello', { page: { url, title: '' } });
    expect([url, answer.status, await answer.json()]).toMatchObject([url, 400, { field: 'page.url' }]);
  }
  for (const title of ['a\0b', 'a\ud83d']) {
    const answer = await attacker.send('Hello', { page: { url: 'https://a.test/', title } });
    expect(await answer.json()).toMatchObject({ field: 'page.title' });
  }
  const contact = { name: 'Ann\u200da\u202e', email: 'ann\u202e@a.example' };
  expect((await attacker.send('Hello', { contact })).status).toBe(400);
  const lie = 'https://northwind.example/login';
  const page = { url: 'https://evil.test/login?x=1', title: `${lie}\u202e` };
  const messages = deceptive.filter((url) => url.isWellFormed() && !url.includes('\0'));
  const text = `Look: ${messages.join(' ')} https://аpple.com/ https://shop.example/a`;
  expect((await attacker.send(text, { page, contact: { name: contact.name } })).status).toBe(200);
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  await anna.take('Look:');
  const details = anna.page.getByRole('complementary', { name: 'Details' });
  const link = details.getByRole('link', { name: 'evil.test/login' });
  expect(await link.getAttribute('href')).toBe(page.url);
  expect(await link.innerText()).not.toContain('northwind');
  // The title is text beside it, and the name contains no invisible character.
  await details.getByText(lie, { exact: true }).waitFor();
  expect(await details.getByRole('link').filter({ hasText: lie }).count()).toBe(0);
  await details.getByText('Anna', { exact: true }).waitFor();
  // The card at the beginning of the log shows the page in the same way.
  await anna.log.getByText(lie, { exact: true }).waitFor();
  await picture(anna.page, 'details', [1440]);
  await anna.page.setViewportSize({ width: 390, height: 844 });
  await anna.page.getByRole('button', { name: 'Details' }).click();
  await anna.page
    .getByRole('dialog', { name: 'Details' })
    .getByRole('link', { name: 'evil.test/login' })
    .waitFor();
  await picture(anna.page, 'details', [390]);
  await anna.page.keyboard.press('Escape');
  await anna.page.setViewportSize({ width: 1440, height: 900 });
  const links = await anna.log.getByRole('link').all();
  const shown = await Promise.all(
    links.map(async (each) => [await each.innerText(), await each.getAttribute('href')]),
  );
  expect(shown).toEqual([
    ['evil.test/login', page.url],
    ['https://northwind.example', 'https://northwind.example/'],
    ['https://northwind.example', 'https://northwind.example/'],
    ['https://north', 'https://north/'],
    ['https://аpple.com/', 'https://xn--pple-43d.com/'],
    ['https://shop.example/a', 'https://shop.example/a'],
  ]);
  await anna.log.getByText('(xn--pple-43d.com)').waitFor();
  expect(await accessibilityOf(anna.page)).toEqual([]);
  await anna.endChat();
});

test('S4: a page and a visitor stored by an earlier version are shown, and are no links', async () => {
  const attacker = await Attacker.enter();
  const page = { url: 'https://stored.example/', title: 'Stored title' };
  await attacker.send('From long ago', { page, contact: { email: 'old@stored.example' } });
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  // As if the log contained entries that earlier versions accepted.
  await anna.page.routeWebSocket(/conversations\/.*\/socket/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      socket.send(
        String(message)
          .replaceAll('https://stored.example/', 'https://northwind.example@evil.test/\u202egnp.exe')
          .replaceAll('Stored title', 'https://northwind.example\u202e')
          .replaceAll('old@stored.example', 'old\u202e@stored.example'),
      );
    });
  });
  await anna.page.reload();
  await anna.take('From long ago');
  const details = anna.page.getByRole('complementary', { name: 'Details' });
  await details.getByText('https://northwind.example@evil.test/gnp.exe', { exact: true }).waitFor();
  await details.getByText('https://northwind.example', { exact: true }).waitFor();
  await details.getByText('old@stored.example', { exact: true }).waitFor();
  expect(await details.getByRole('link').count()).toBe(0);
  expect(await details.innerText()).not.toMatch(/[\u200b-\u200f\u202a-\u202e]/);
  await anna.endChat();
});

test('S11 SIT-2: a page of a foreign origin gets neither the settings nor the frame', async () => {
  const visitor = await Visitor.visit(browser, base);
  const src = await visitor.page.locator('script[src*="widget.js"]').getAttribute('src');
  const site = new URL(src ?? '').searchParams.get('site');
  foreign = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(
      `<!doctype html><title>Elsewhere</title><script async src="${src}"></script>
      <iframe title="stolen" src="${new URL(src ?? '').origin}/widget/frame?site=${site}"></iframe>`,
    );
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => foreign.once('listening', resolve));
  const page = await (await browser.newContext()).newPage();
  const refused = page.waitForResponse((response) => response.url().includes('/api/widget/config'));
  const console_: string[] = [];
  page.on('console', (message) => console_.push(message.text()));
  await page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
  expect((await refused).status()).toBe(403);
  expect(await page.getByRole('button', { name: 'Chat' }).count()).toBe(0);
  await expect.poll(() => console_.some((text) => text.includes('frame-ancestors'))).toBe(true);
});
