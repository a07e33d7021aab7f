/** Controls that many screens use: lists searched by typing, the calendar, notices. By keyboard, in both languages. */
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { accessibilityOf, Agent, eventually, sidewaysOf, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
const mark = Date.now().toString(36);
const speak = (page: Page, language: string) =>
  page.evaluate((chosen) => localStorage.setItem('parley.language', chosen), language);

test('F4 a time zone is found by city, id or offset, in the app’s language, and only a listed one can be chosen', async () => {
  const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  const { page } = admin;
  await page.goto(`${base}/console/account`);
  const field = page.getByRole('combobox', { name: 'Time zone' });
  const options = page.getByRole('option');
  const before = await field.inputValue();
  await field.click();
  await options.first().waitFor();
  expect(await options.count()).toBe(100);
  expect(await accessibilityOf(page)).toEqual([]);
  await picture(page, 'zones');
  await field.fill('UTC+3');
  await eventually(async () => (await options.allInnerTexts()).every((text) => /UTC\+3\b/.test(text)), true);
  await field.fill('nowhere');
  await page.getByText('No matching time zones.').waitFor();
  await field.press('Escape');
  await page.getByText('No matching time zones.').waitFor({ state: 'detached' });
  expect(await field.inputValue()).toBe(before);

  await field.fill('new york');
  await page.getByRole('option', { name: 'America/New York' }).waitFor();
  await field.press('Enter');
  await eventually(async () => /^America\/New York \(UTC-[45]\)$/.test(await field.inputValue()), true);
  expect(await options.count()).toBe(0);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await admin.notices.getByText('Saved').waitFor();

  await speak(page, 'ru');
  await page.reload();
  const russian = page.getByRole('combobox', { name: 'Часовой пояс' });
  // Before the list opens: an open one follows the window a moment later.
  await page.setViewportSize({ width: 390, height: 844 });
  // Chromium has Russian names of countries, not of cities.
  await russian.fill('нидер');
  await page.getByRole('option', { name: /^Нидерланды.*Europe\/Amsterdam · UTC\+[12]/ }).waitFor();
  expect({ wide: await sidewaysOf(page), found: await accessibilityOf(page) }).toEqual({
    wide: [],
    found: [],
  });
  await picture(page, 'zones-ru');
  await russian.press('Enter');
  await eventually(async () => /^Europe\/Amsterdam \(UTC\+[12]\)$/.test(await russian.inputValue()), true);
  expect(admin.errors).toEqual([]);
});

test('a day is chosen in a calendar by keyboard; months and days of the week are in the app’s language', async () => {
  const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  const { page } = admin;
  await page.goto(`${base}/console/time-table?day=2026-03-31`);
  const dialog = page.getByRole('dialog');
  const choose = async (button: string, key: string, chosen: string) => {
    await page.getByRole('button', { name: button }).press('Enter');
    await dialog.locator('[data-focused]:focus').waitFor();
    await page.keyboard.press(key);
    await dialog.locator(`[data-value="${chosen}"]:focus`).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/time-table?day=${chosen}`);
    await dialog.waitFor({ state: 'detached' });
    expect(await page.locator(':focus').getAttribute('aria-haspopup')).toBe('dialog');
  };
  await choose('31 March 2026', 'PageUp', '2026-02-28');
  await choose('28 February 2026', 'Home', '2026-02-23');
  await choose('23 February 2026', 'End', '2026-03-01');
  await choose('1 March 2026', 'ArrowUp', '2026-02-22');
  await choose('22 February 2026', 'PageDown', '2026-03-22');
  await choose('22 March 2026', 'Shift+PageUp', '2025-03-22');

  await page.getByRole('button', { name: '22 March 2025' }).click();
  await dialog.getByRole('button', { name: 'Previous month' }).click();
  await dialog.getByRole('grid').getByText('Mon', { exact: true }).waitFor();
  expect(await dialog.getByRole('columnheader').allInnerTexts()).toHaveLength(7);
  expect(await accessibilityOf(page)).toEqual([]);
  await picture(page, 'calendar');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await speak(page, 'ru');
  await page.reload();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('button', { name: '22 марта 2025' }).click();
  await dialog.getByText('Март 2025', { exact: true }).waitFor();
  expect((await dialog.getByRole('columnheader').allInnerTexts())[0]).toBe('пн');
  await dialog.getByRole('button', { name: 'суббота, 22 марта 2025' }).waitFor();
  expect({ wide: await sidewaysOf(page), found: await accessibilityOf(page) }).toEqual({
    wide: [],
    found: [],
  });
  await picture(page, 'calendar-ru');
  expect(admin.errors).toEqual([]);
});

test('F59 a colleague is found and chosen without leaving the search field; Escape and Tab belong to the dialog', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const ben = await Agent.signIn(browser, base, 'ben@demo.test');
  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask(`Is ${mark} in stock?`);
  await anna.take(`Is ${mark} in stock?`);
  const { page } = anna;
  const dialog = page.getByRole('dialog', { name: 'Transfer chat' });
  const open = async () => {
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: /^Transfer/ }).click();
    await dialog.getByRole('option', { name: /Ben Okafor/ }).waitFor();
  };
  await open();
  const search = dialog.getByRole('combobox', { name: 'Search' });
  await search.fill('zzz');
  await dialog.getByText('No matches. Try another name.').waitFor();
  await search.fill('ben');
  const row = dialog.getByRole('option', { name: /Ben Okafor/ });
  await row.and(dialog.locator('[data-highlighted]')).waitFor();
  await search.press('Enter');
  await dialog.getByRole('option', { name: /Ben Okafor/, selected: true }).waitFor();
  await search.fill('');
  await dialog.getByRole('option').nth(1).waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  await picture(page, 'transfer');
  // The focus goes round within the dialog.
  for (let at = 0; at < 6; at++) {
    await page.keyboard.press('Tab');
    await dialog.locator(':focus').waitFor();
  }
  await search.focus();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await open();
  await dialog.getByRole('option', { name: /Ben Okafor/ }).click();
  await dialog.getByRole('button', { name: 'Transfer' }).click();
  await page.getByText('Waiting for Ben Okafor to accept').waitFor();
  expect([anna.errors, ben.errors, sofia.errors, visitor.errors].flat()).toEqual([]);
  for (const each of [anna, ben, sofia, visitor]) await each.page.context().close();
});

test('a notice of an error stays until it is closed; others close by themselves, but not under the pointer or the focus', async () => {
  const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  const { page, notices } = admin;
  await page.clock.install();
  await page.goto(`${base}/console/groups/new`);
  const name = page.getByLabel('Name', { exact: true });
  const saved = notices.getByText('Saved');
  const save = async (text: string) => {
    await name.fill(text);
    await page
      .getByRole('button', { name: /^(Save|Add group)$/ })
      .last()
      .click();
    await saved.waitFor();
  };
  const minute = () => page.clock.runFor(60_000);
  await save(`Repairs ${mark}`);
  await page.waitForURL(/\/console\/groups\/grp_/);
  await minute();
  await saved.waitFor({ state: 'detached' });

  await save(`Returns ${mark}`);
  await saved.hover();
  await minute();
  await saved.waitFor();
  await page.mouse.move(5, 700);
  await minute();
  await saved.waitFor({ state: 'detached' });

  await save(`Refunds ${mark}`);
  await name.focus();
  await page.keyboard.press('Alt+t');
  await notices.getByRole('listitem').and(page.locator(':focus')).waitFor();
  await minute();
  await saved.waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.clock.runFor(1_000);
  await saved.waitFor({ state: 'detached' });
  await page.locator(':focus').and(name).waitFor();

  const refused = async () => {
    await page.getByRole('button', { name: 'Delete group' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  };
  const failed = notices.getByRole('listitem').filter({ hasText: 'Something went wrong. Try again.' });
  await page.route('**/api/groups/*', (route) => route.fulfill({ status: 500, json: {} }));
  await refused();
  await failed.waitFor();
  await minute();
  expect(await failed.getAttribute('aria-live')).toBe('assertive');
  await refused();
  await page.clock.runFor(1_000);
  await eventually(() => failed.count(), 1);
  await picture(page, 'notices');
  await failed.getByRole('button', { name: 'Dismiss' }).click();
  await page.clock.runFor(1_000);
  await failed.waitFor({ state: 'detached' });

  // Nothing of what somebody has seen stays for whoever signs in after them.
  await refused();
  await failed.waitFor();
  await page.getByRole('button', { name: /, user menu$/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL(/\/login/);
  await page.clock.runFor(1_000);
  await eventually(() => failed.count(), 0);
});
