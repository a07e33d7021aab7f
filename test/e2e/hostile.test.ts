import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { Agent, Visitor } from './people.ts';
import { stage } from './stage.ts';

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

test('S4: HTML in every field that a visitor has is text wherever it is shown', async () => {
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
  await visitor.chat.getByRole('button', { name: 'Start chat' }).click();
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
  // The history follows within seconds.
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

test('S11 V5: a page of a foreign origin gets neither the settings nor the frame', async () => {
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
