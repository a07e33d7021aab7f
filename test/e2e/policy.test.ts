/** The policies of the app and the widget (CSP, trusted types): no screen needs anything that they block. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Page } from 'playwright';
import { Agent, violations, Visitor } from './people.ts';
import { stage } from './stage.ts';

const { base, browser } = await stage();

/** Every page of the app's folders, with a value for each id in brackets. */
const routes = readdirSync('app/src/routes', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('+page.svelte'))
  .map((file) =>
    file
      .replaceAll('\\', '/')
      .replace(/\/?\+page\.svelte$/, '')
      .replace(/\([^)]+\)\/?/g, ''),
  )
  .sort();

async function idOf(page: Page, path: string, list: string): Promise<string> {
  const answer = await page.request.get(`${base}/api/${path}`);
  const found = ((await answer.json()) as Record<string, { id: string }[]>)[list]?.[0]?.id;
  if (!found) throw new Error(`${path} has nothing to show`);
  return found;
}

test('S21 a violation of a policy is detected', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  await anna.page.evaluate(() => {
    try {
      document.body.insertAdjacentHTML('beforeend', '<p>text</p>');
    } catch {
      // The attempt must fail.
    }
    const style = document.createElement('style');
    style.textContent = 'body { color: red }';
    document.head.append(style);
    const image = new Image();
    image.src = 'https://elsewhere.example/x.png';
  });
  await expect.poll(() => violations.length).toBeGreaterThanOrEqual(3);
  expect(violations.splice(0).join('\n')).toMatch(/TrustedHTML[^]*style-src[^]*img-src/);
});

test('S21 S4 no screen of the widget, the workspace or the console violates its policy, wide or narrow', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Do the boots run small? See https://shop.example/boots');
  await anna.take('Do the boots run small?');
  await anna.say('They run true to size.');
  await visitor.sees('They run true to size.');
  const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  const { page } = admin;
  await expect
    .poll(async () => (await page.request.get(`${base}/api/conversations`)).json())
    .toMatchObject({ conversations: [{}] });
  const conversation = await idOf(page, 'conversations', 'conversations');
  const added = await page.request.post(`${base}/api/forums`, {
    headers: { origin: base },
    data: { title: 'Orders', campaigns: null },
  });
  const { id: forum } = (await added.json()) as { id: string };
  const ids: Readonly<Record<string, string>> = {
    'console/campaigns/[id]': await idOf(page, 'campaigns', 'campaigns'),
    'console/canned-responses/[id]': forum,
    'console/canned-responses/[id]/settings': forum,
    'console/chats/[id]': conversation,
    'console/groups/[id]': 'new',
    'console/users/[id]': await idOf(page, 'users', 'users'),
    'console/websites/[id]': await idOf(page, 'sites', 'sites'),
    'workspace/[[id]]': conversation,
  };
  expect(Object.keys(ids)).toEqual(routes.filter((route) => route.includes('[')));
  const seen: string[] = [];
  for (const route of routes) {
    const path = route.replace(/\[.*\]/, ids[route] ?? '');
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 844 });
      await page.goto(`${base}/${path}`);
      await page.locator('h1, h2, [role=main], main').first().waitFor();
      await page.waitForLoadState('networkidle');
    }
    seen.push(route);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  for (const tab of ['', '?tab=routing']) {
    await page.goto(`${base}/console/campaigns/new${tab}`);
    await page.waitForLoadState('networkidle');
  }
  // Overlays: the user menu, the transfer, the dialogs.
  await page.getByRole('button', { name: /, user menu$/ }).click();
  await page.keyboard.press('Escape');
  await anna.page.getByRole('button', { name: 'More' }).click();
  await anna.page.getByRole('menuitem', { name: /^Transfer/ }).click();
  await anna.page.getByRole('dialog').waitFor();
  await anna.page.keyboard.press('Escape');
  // The next screens of the widget: after the end of the chat, and after a reload.
  await anna.endChat();
  await visitor.chat.getByText('Thanks for stopping by. Happy trails!').waitFor();
  await visitor.page.reload();
  await visitor.button.waitFor();
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(`${base}/login`);
  await stranger.getByRole('heading').first().waitFor();
  expect(seen).toEqual(routes);
  expect([...violations, ...admin.errors, ...anna.errors, ...visitor.errors]).toEqual([]);
});

test('S21 the page title is announced and not visible: the policy allows that one style attribute', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  await anna.page.getByRole('button', { name: /, user menu$/ }).click();
  await anna.page
    .getByRole('menuitem', { name: 'Profile' })
    .or(anna.page.getByRole('link', { name: 'Profile' }))
    .first()
    .click();
  const announcer = anna.page.locator('#svelte-announcer');
  await announcer.waitFor({ state: 'attached' });
  expect(await announcer.boundingBox()).toMatchObject({ width: 1, height: 1 });
});
