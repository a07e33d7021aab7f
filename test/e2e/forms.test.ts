/**
 * Forms of the console: errors are visible, no account loses its last administrator, and an empty account gets a next
 * step.
 */
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { accessibilityOf, Agent, eventually } from './people.ts';
import { stage } from './stage.ts';

const { base, browser, operatorSecret, linkTo } = await stage();
const mark = Math.random().toString(36).slice(2, 8);

/** Creates an account with one signed-in administrator, for one test. */
async function newAccount(name: string): Promise<Agent> {
  const email = `${name.toLowerCase()}.${mark}@example.test`;
  const password = 'a-password-of-tests';
  const users = [{ email, name, password, roles: ['administrator'] }];
  const answer = await fetch(`${base}/api/operator/accounts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorSecret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: `${name} Ltd`, timeZone: 'Europe/Amsterdam', users }),
  });
  expect(answer.status).toBe(200);
  const agent = await Agent.tryToSignIn(browser, base, email, password);
  await agent.page.waitForURL(/\/console/);
  return agent;
}

const save = (page: Page) =>
  page.getByRole('main').getByRole('button', { name: 'Save', exact: true }).click();

/** Whether the text is visible: no element covers its middle. */
async function isClear(page: Page, text: string): Promise<boolean> {
  return page
    .getByText(text)
    .first()
    .evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      const on = document.elementFromPoint(left + width / 2, top + height / 2);
      return on !== null && (element === on || element.contains(on) || on.contains(element));
    });
}

test.each([
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
])(
  'a refused form focuses its first wrong field, clear of the save bar: $width px wide',
  async (viewport) => {
    const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
    const { page } = admin;
    await page.setViewportSize(viewport);
    await page.goto(`${base}/console/users/new`);
    await page.getByLabel('Name', { exact: true }).fill('Weak Password');
    await page.getByRole('textbox', { name: 'Email' }).fill(`weak.${mark}@demo.test`);
    await page.getByRole('radio', { name: 'Set a password' }).check();
    const password = page.getByLabel('Password', { exact: true });
    await password.fill('abc');
    const add = page.getByRole('main').getByRole('button', { name: 'Add user' });
    await add.click();
    await page.locator(':focus[aria-invalid="true"]').and(password).waitFor();
    expect(await isClear(page, 'At least 8 characters.')).toBe(true);
    expect(await accessibilityOf(page)).toEqual([]);
    // The first of two wrong fields.
    await page.getByLabel('Name', { exact: true }).fill(' ');
    await add.click();
    await page
      .locator(':focus[aria-invalid="true"]')
      .and(page.getByLabel('Name', { exact: true }))
      .waitFor();
    // A field focused by keyboard is clear of the bar, with the text below it.
    await page.getByLabel('Name', { exact: true }).fill('Weak Password');
    await page.getByLabel('Allowed IP addresses').focus();
    expect(await isClear(page, 'Enter an address or range on each line.')).toBe(true);
  },
);

test('F189: all wrong lines of the allowed IP addresses are named at once', async () => {
  const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  const { page } = admin;
  await page.goto(`${base}/console/users?search=ben@demo.test`);
  await page.getByRole('link', { name: 'Ben Okafor' }).click();
  const rules = page.getByLabel('Allowed IP addresses');
  await rules.fill('300.1.1.1\n10.0.0.1\n1.2.3.4/33');
  await save(page);
  for (const line of [1, 3]) await page.getByText(`Line ${line} isn’t an address`).waitFor();
  await page.locator(':focus').and(rules).waitFor();
});

test('an invited administrator does not count: the last one who can sign in stays, and a change of the user’s own permissions needs confirmation', async () => {
  const owner = await newAccount('Owner');
  const { page } = owner;
  // If the form is longer than the screen, the text above it has to be scrolled to.
  await page.setViewportSize({ width: 390, height: 844 });
  const email = `second.${mark}@example.test`;
  await page.goto(`${base}/console/users/new`);
  await page.getByLabel('Name', { exact: true }).fill('Second Admin');
  await page.getByRole('textbox', { name: 'Email' }).fill(email);
  await page.getByLabel('Administrator').check();
  await page.getByRole('main').getByRole('button', { name: 'Add user' }).click();
  await page.waitForURL(/\/console\/users\/usr_/);

  const demote = async () => {
    await page.goto(`${base}/console/users?search=owner.${mark}`);
    await page.getByRole('link', { name: 'Owner' }).click();
    await page.getByLabel('Agent', { exact: true }).check();
    await page.getByLabel('Administrator').uncheck();
    await save(page);
    return page.getByRole('alertdialog', { name: 'Change your own permissions?' });
  };
  const question = await demote();
  await question.waitFor();
  // A checkbox behind the dialog, half covered by it, can't be clicked while the dialog is open.
  const behind = page.getByLabel('Administrator');
  await behind.evaluate((box) => {
    const edge = document.querySelector('[role=alertdialog]')?.getBoundingClientRect().top ?? 0;
    const { top, height } = box.getBoundingClientRect();
    let scroller = box.parentElement;
    while (scroller && !/auto|scroll/.test(getComputedStyle(scroller).overflowY))
      scroller = scroller.parentElement;
    scroller?.scrollBy(0, top + height / 2 - edge);
  });
  const [box, edge] = [await behind.boundingBox(), await question.boundingBox()];
  expect(Math.round((box?.y ?? 0) + (box?.height ?? 0) / 2 - (edge?.y ?? 0))).toBe(0);
  expect(await accessibilityOf(page)).toEqual([]);
  await question.getByRole('button', { name: 'Cancel' }).click();
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
  await eventually(focused, 'Save');
  await save(page);
  await question.getByRole('button', { name: 'Change and sign out' }).click();
  await page.getByText('No other administrator can sign in and open the console.').waitFor();
  expect(await isClear(page, 'No other administrator can sign in')).toBe(true);
  expect(await accessibilityOf(page)).toEqual([]);
  await page.getByRole('button', { name: 'Undo changes' }).click();

  // Once the other administrator has chosen a password, the change works, and the sign-in page explains the sign-out.
  const other = await (await browser.newContext()).newPage();
  await other.goto(await linkTo(email));
  await other.getByLabel('New password').fill('a horse of another colour');
  await other.getByRole('button', { name: 'Save and sign in' }).click();
  await other.waitForURL(/\/console/);
  await (await demote()).getByRole('button', { name: 'Change and sign out' }).click();
  await page.waitForURL(/\/login/);
  await page.getByText('Your permissions changed. Sign in again.').waitFor();
  expect(owner.errors).toEqual([]);
});

test('Without a campaign, What if offers to add one', async () => {
  const { page, errors } = await newAccount('Newcomer');
  await page.goto(`${base}/console/what-if`);
  await page.getByText('No campaigns yet').waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  await page.getByRole('button', { name: 'Add campaign' }).click();
  await page.waitForURL(/\/console\/campaigns\/new/);
  expect(errors).toEqual([]);
});

test('F163: the list of a routing level closes when an agent is chosen, and covers neither the chip nor the next button', async () => {
  const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  const { page } = admin;
  await page.goto(`${base}/console/groups/new`);
  await page.getByLabel('Name', { exact: true }).fill(`Repairs ${mark}`);
  await page.getByRole('main').getByRole('button', { name: 'Add group' }).click();
  await page.waitForURL(/\/console\/groups\/grp_/);
  await page.goto(`${base}/console/campaigns/new?tab=routing`);
  await page.getByRole('button', { name: 'Add level' }).click();
  const field = page.getByRole('combobox', { name: 'Users and groups' });
  await field.fill(`Repairs ${mark}`);
  await page.getByRole('option', { name: `Repairs ${mark}` }).waitFor();
  await field.press('Enter');
  await page.getByRole('button', { name: new RegExp(`Remove .*Repairs ${mark}`) }).waitFor();
  await eventually(() => field.getAttribute('aria-expanded'), 'false');
  await page.locator(':focus').and(field).waitFor();
  await page.getByRole('button', { name: 'Add level' }).click();
  await eventually(() => page.getByRole('combobox', { name: 'Users and groups' }).count(), 2);
});
