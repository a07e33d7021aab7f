import { expect, test } from 'vitest';
import { accessibilityOf, Agent, errorsOf, sidewaysOf, Visitor } from './people.ts';
import { stage } from './stage.ts';

const { base, browser } = await stage();

const schemes = ['light', 'dark'] as const;

test.each(schemes)(
  'axe finds no violation on the screens of a visitor and an agent, %s',
  async (colorScheme) => {
    const visitor = await Visitor.visit(browser, base);
    const anna = await Agent.signIn(browser, base, 'anna@demo.test');
    for (const { page } of [visitor, anna]) await page.emulateMedia({ colorScheme });
    const found: string[] = [];
    const look = async (name: string, { page }: { page: Visitor['page'] }) => {
      for (const violation of await accessibilityOf(page)) found.push(`${name}: ${violation}`);
    };
    await look('workspace, empty', anna);
    await visitor.open();
    await look('widget, empty', visitor);
    await visitor.say(`Looking at you, ${colorScheme}`);
    await visitor.chat.getByRole('form', { name: 'Your details' }).waitFor();
    await look('widget, details', visitor);
    await visitor.chat.getByRole('button', { name: 'Skip' }).click();
    await anna.take(`Looking at you, ${colorScheme}`);
    await anna.say('And I at you.');
    await visitor.sees('And I at you.');
    await look('widget, chat', visitor);
    await look('workspace, chat', anna);
    await anna.endChat();
    await visitor.chat.getByRole('button', { name: 'Start a new chat' }).waitFor();
    await look('widget, ended', visitor);
    await look('workspace, ended', anna);
    expect(found).toEqual([]);
  },
);

test.each(schemes)('axe finds no violation in the console, %s', async (colorScheme) => {
  const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  await admin.page.emulateMedia({ colorScheme });
  const found: string[] = [];
  for (const path of [
    'chats',
    'campaigns',
    'campaigns/new?tab=routing',
    'what-if',
    'websites',
    'users',
    'users/new',
    'groups',
    'groups/new',
    'rights',
    'time-table',
    'audit',
    '../profile',
    'account',
  ]) {
    await admin.page.goto(`${base}/console/${path}`);
    await admin.page.getByRole('heading', { level: 1 }).waitFor();
    await admin.page.waitForLoadState('networkidle');
    for (const violation of await accessibilityOf(admin.page)) found.push(`${path}: ${violation}`);
  }
  expect({ found, errors: admin.errors }).toEqual({ found: [], errors: [] });
});

test.each(schemes)(
  'axe finds no violation on the sign-in page, which has its own policy, %s',
  async (colorScheme) => {
    const page = await (await browser.newContext({ colorScheme })).newPage();
    const errors = errorsOf(page);
    await page.goto(`${base}/login`);
    await page.getByRole('heading').first().waitFor();
    expect({ found: await accessibilityOf(page), errors }).toEqual({ found: [], errors: [] });
  },
);

test('no page scrolls sideways, wide or narrow', async () => {
  const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  const wide: string[] = [];
  for (const path of [
    'workspace',
    'console/floor',
    'console/chats',
    'console/campaigns',
    'console/campaigns/new?tab=routing',
    'console/what-if',
    'console/websites',
    'console/users',
    'console/users/new',
    'console/groups',
    'console/rights',
    'console/time-table',
    'console/audit',
    'console/account',
    'profile',
    'demo',
  ]) {
    await admin.page.goto(`${base}/${path}`);
    await admin.page.waitForLoadState('networkidle');
    for (const width of [1440, 768, 390]) {
      await admin.page.setViewportSize({ width, height: 844 });
      for (const over of await sidewaysOf(admin.page)) wide.push(`${path} at ${width} px: ${over}`);
    }
  }
  expect(wide).toEqual([]);
});

test('F6: an agent who opens the console sees a refusal, and has no link to it in the menu', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  expect(await anna.page.getByRole('link', { name: 'Console' }).count()).toBe(0);
  await anna.page.goto(`${base}/console`);
  await anna.page.getByText('It’s for supervisors and administrators.').waitFor();
});

test('F10: after signing out neither the old page nor the old cookie works', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const cookies = await anna.page.context().cookies();
  await anna.page
    .getByRole('button', { name: /Anna Petrova|Online/ })
    .first()
    .click();
  await anna.page.getByRole('menuitem', { name: 'Sign out' }).click();
  // A user who has signed out has no page to return to.
  await anna.page.waitForURL(/\/login$/);
  await anna.page.context().addCookies(cookies);
  const answer = await anna.page.request.get(`${base}/api/me`);
  expect(answer.status()).toBe(401);
});
