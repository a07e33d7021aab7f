/** Languages: no screen shows text in another one, and switching loses nothing. */
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { accessibilityOf, Agent, errorsOf, sidewaysOf } from './people.ts';
import { stage } from './stage.ts';

const { base, browser } = await stage();

/** Names, addresses, keys and languages: texts that are the same in each language, or were written by users. */
const ours = new RegExp(
  [
    'Parley|English|Anna Petrova|Ben Okafor|Sofia Lindqvist|Alex Moreau|Northwind Outfitters|northwind\\.example',
    // A device in the browser's own words.
    'Mozilla/.*|Shop help|Ask Northwind|Chrome|Linux|UTC|\\bIP(?=-адрес)',
    // Addresses and zones.
    '\\S+@\\S+|https?:\\S+|[\\w.]+\\.com|[\\da-f:]+::\\S+|[A-Z]\\w+/[\\w/ -]+',
  ].join('|'),
  'g',
);

/** The texts and accessible names of a page in Latin letters. */
async function latinOf(page: Page, names: readonly string[] = []): Promise<string[]> {
  const said = await page.evaluate(() => {
    const texts: string[] = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node instanceof Element) {
        for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
          texts.push(node.getAttribute(name) ?? '');
        continue;
      }
      const around = node.parentElement;
      // Texts written by users are not translated.
      if (around && !around.closest('script, style, bdi, kbd, [dir="auto"], [aria-hidden="true"]'))
        texts.push(node.textContent ?? '');
    }
    return texts;
  });
  const foreign = (text: string) =>
    names.reduce((rest, name) => rest.replaceAll(name, ''), text).replace(ours, '');
  return said.filter((text) => /[A-Za-z]{2}/.test(foreign(text)));
}

test('F4: on the sign-in page all texts change at once, typed text stays, and the choice is remembered', async () => {
  const page = await (await browser.newContext()).newPage();
  const errors = errorsOf(page);
  await page.goto(`${base}/login`);
  await page.getByLabel('Email').fill('anna@demo.test');
  await page.getByRole('button', { name: 'Русский' }).press('Enter');
  await page.getByRole('heading', { name: 'Вход' }).waitFor();
  expect(await latinOf(page)).toEqual([]);
  expect(await page.getByLabel('Почта').inputValue()).toBe('anna@demo.test');
  expect(await page.locator('html').getAttribute('lang')).toBe('ru');

  await page.getByLabel('Пароль', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Войти' }).click();
  await page.getByText('Неверная почта или пароль.').waitFor();
  await page.getByLabel('Пароль', { exact: true }).fill('parley-demo');
  await page.getByRole('button', { name: 'Войти' }).click();
  await page.getByRole('region', { name: 'Неназначенные' }).waitFor();
  expect(await latinOf(page)).toEqual([]);
  await page.getByRole('button', { name: /меню пользователя/ }).click();
  await page.getByRole('menuitem', { name: 'Профиль' }).waitFor();
  expect(await latinOf(page)).toEqual([]);

  await page.getByRole('menuitemradio', { name: 'English' }).click();
  await page.getByRole('region', { name: 'Unassigned' }).waitFor();
  await page.reload();
  await page.getByRole('region', { name: 'Unassigned' }).waitFor();
  expect(errors.filter((error) => !error.includes('401'))).toEqual([]);
});

/** Names of users and groups that other journeys have created. */
async function namesOf(page: Page): Promise<string[]> {
  const answers = await Promise.all(
    ['users', 'users?status=deleted', 'groups'].map(async (list) =>
      (await page.request.get(`${base}/api/${list}`)).text(),
    ),
  );
  return answers.flatMap((text) =>
    [...text.matchAll(/"(?:nick)?name":"([^"]+)"/g)].map(([, name]) => name ?? ''),
  );
}

test('the console is in Russian for a browser that asks for it, and no page scrolls sideways on a phone', async () => {
  const context = await browser.newContext({ locale: 'ru-RU' });
  const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  await context.addCookies(await admin.page.context().cookies());
  const page = await context.newPage();
  await page.setViewportSize({ width: 390, height: 844 });
  const names = await namesOf(page);
  const wrong: string[] = [];
  for (const path of [
    'workspace',
    'profile',
    ...[
      'chats',
      'websites',
      'websites/new',
      'campaigns',
      'campaigns/new',
      'campaigns/new?tab=routing',
      'what-if',
      'time-table',
      'floor',
    ].map((name) => `console/${name}`),
    ...['users', 'users/new', 'groups', 'groups/new', 'rights', 'audit', 'account'].map(
      (name) => `console/${name}`,
    ),
  ]) {
    await page.goto(`${base}/${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    for (const over of await sidewaysOf(page)) wrong.push(`${path}: ${over}`);
    for (const said of await latinOf(page, names)) wrong.push(`${path}: ${said}`);
  }
  expect(wrong).toEqual([]);
});

test('the widget is in the language of the visitor’s browser', async () => {
  const page = await (await browser.newContext({ locale: 'ru-RU' })).newPage();
  const errors = errorsOf(page);
  await page.goto(`${base}/demo`);
  await page.getByRole('button', { name: 'Чат' }).click();
  const chat = page.frameLocator('iframe[title="Чат"]');
  await chat.getByRole('textbox', { name: 'Сообщение' }).fill('Ботинки маломерят?');
  await chat.getByRole('button', { name: 'Отправить' }).click();
  await chat.getByRole('button', { name: 'Пропустить' }).click();
  await chat.getByRole('log').getByText('Ботинки маломерят?').waitFor();
  expect(await chat.locator('html').getAttribute('lang')).toBe('ru');
  expect(errors).toEqual([]);
});

test('F163 in Russian a campaign’s levels fit a phone, with every option added', async () => {
  const { page } = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  await page.evaluate(() => localStorage.setItem('parley.language', 'ru'));
  // As wide as a phone, and so tall that the bar at the bottom covers no control in part.
  await page.setViewportSize({ width: 390, height: 2_400 });
  await page.goto(`${base}/console/campaigns/new?tab=routing`);
  for (let levels = 0; levels < 2; levels++)
    await page.getByRole('button', { name: 'Добавить уровень' }).click();
  const asked = page.getByRole('combobox', { name: 'Пользователи и группы' }).first();
  await asked.fill('Anna');
  await page.getByRole('option', { name: /Anna Petrova/ }).click();
  await page.getByRole('checkbox', { name: 'Отдельный уровень для переданных чатов' }).check();
  await page.getByRole('checkbox', { name: 'Переназначать, если оператор не отвечает' }).check();
  await asked.fill('e');
  await page.getByRole('option').first().waitFor();
  expect({ wide: await sidewaysOf(page), found: await accessibilityOf(page) }).toEqual({
    wide: [],
    found: [],
  });
});
