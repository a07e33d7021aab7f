/** Edits, deletions and quotes from the visitor's side, by keyboard, by mouse and by touch. */
import type { Locator } from 'playwright';
import { expect, test } from 'vitest';
import { accessibilityOf, Agent, errorsOf, sidewaysOf, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();

const bubble = (visitor: Visitor, text: string): Locator =>
  visitor.chat.locator('[data-key]').filter({ hasText: text });
const actions = (visitor: Visitor, text: string) =>
  bubble(visitor, text).getByRole('button', { name: 'Message actions' });
const focused = (visitor: Visitor) => visitor.chat.locator(':focus');

test('CMD-25 CMD-26 CMD-27 ENT-19: a visitor answers with a quote, edits and deletes by keyboard, and the agent sees it', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Do you have boots?');
  await anna.take('Do you have boots?');
  await anna.say('Yes, in brown and in black.');
  await visitor.sees('Yes, in brown and in black.');

  // A menu of the agent's message: the visitor can answer it, and cannot change it.
  await actions(visitor, 'in brown').focus();
  await visitor.page.keyboard.press('Enter');
  await expect.poll(() => visitor.chat.getByRole('menuitem').allInnerTexts()).toEqual(['Reply', 'Copy text']);
  await picture(visitor.page, 'widget-menu');
  expect(await accessibilityOf(visitor.page)).toEqual([]);
  await visitor.page.keyboard.press('Enter');
  const about = visitor.chat.getByRole('group', { name: 'Reply to Anna' });
  await about.getByText('Yes, in brown and in black.').waitFor();
  await picture(visitor.page, 'widget-replying');
  await visitor.page.keyboard.press('Escape');
  await about.waitFor({ state: 'detached' });
  await actions(visitor, 'in brown').press('Enter');
  await visitor.chat.getByRole('menuitem', { name: 'Reply' }).press('Enter');
  await about.waitFor();
  await visitor.page.keyboard.type('Brown, pleese.');
  await visitor.page.keyboard.press('Enter');
  await about.waitFor({ state: 'detached' });
  const quoted = bubble(visitor, 'Brown, pleese.').getByRole('button', { name: /^In reply to Anna/ });
  await quoted.press('Enter');
  await expect.poll(() => focused(visitor).innerText()).toContain('Yes, in brown and in black.');
  await anna.log
    .getByRole('article')
    .filter({ hasText: 'Brown, pleese.' })
    .getByText('Yes, in brown and in black.')
    .waitFor();

  // An edit: Escape leaves the message and the unsent text as they were.
  await visitor.composer.fill('unsent');
  await actions(visitor, 'pleese').press('Enter');
  await expect
    .poll(() => visitor.chat.getByRole('menuitem').allInnerTexts())
    .toEqual(['Reply', 'Edit', 'Copy text', 'Delete']);
  await visitor.chat.getByRole('menuitem', { name: 'Edit' }).click();
  const field = visitor.chat.getByRole('textbox', { name: 'Editing message' });
  await expect.poll(() => field.inputValue()).toBe('Brown, pleese.');
  await picture(visitor.page, 'widget-editing');
  await field.press('Escape');
  await expect.poll(() => visitor.composer.inputValue()).toBe('unsent');
  await actions(visitor, 'pleese').press('Enter');
  await visitor.chat.getByRole('menuitem', { name: 'Edit' }).click();
  await field.fill('Brown, please.');
  await field.press('Enter');
  await bubble(visitor, 'Brown, please.').getByText('Edited').waitFor();
  expect(await visitor.composer.inputValue()).toBe('unsent');
  await anna.sees('Brown, please.');
  expect(await anna.log.getByText('pleese').count()).toBe(0);

  // An edit without a connection stays visible, also after a reload, and is sent later.
  await visitor.composer.fill('');
  await actions(visitor, 'Do you have boots?').press('Enter');
  await visitor.chat.getByRole('menuitem', { name: 'Edit' }).click();
  await visitor.page.context().setOffline(true);
  await field.fill('Do you have warm boots?');
  await field.press('Enter');
  await bubble(visitor, 'Do you have warm boots?').getByText('Sending…').waitFor();
  await visitor.page.context().setOffline(false);
  await anna.sees('Do you have warm boots?');

  // A deletion asks first.
  await visitor.say('My card is 4111 1111');
  await anna.sees('My card is 4111 1111');
  await actions(visitor, '4111').press('Enter');
  await visitor.chat.getByRole('menuitem', { name: 'Delete' }).press('Enter');
  await visitor.chat.getByRole('alertdialog', { name: 'Delete this message?' }).waitFor();
  await picture(visitor.page, 'widget-deleting');
  expect(await accessibilityOf(visitor.page)).toEqual([]);
  await visitor.chat.getByRole('button', { name: 'Keep' }).press('Enter');
  await visitor.sees('My card is 4111 1111');
  await actions(visitor, '4111').press('Enter');
  await visitor.chat.getByRole('menuitem', { name: 'Delete' }).press('Enter');
  await visitor.chat.getByRole('button', { name: 'Delete', exact: true }).press('Enter');
  await visitor.sees('Message deleted');
  await anna.sees('Message deleted');
  expect(await anna.log.getByText('4111').count()).toBe(0);
  await anna.row('My chats', 'Message deleted').waitFor();
  await picture(visitor.page, 'widget-revised');
  expect({ wide: await sidewaysOf(visitor.page), found: await accessibilityOf(visitor.page) }).toEqual({
    wide: [],
    found: [],
  });

  // The same after a reload.
  await visitor.page.reload();
  await visitor.sees('Message deleted');
  await quotedIn(visitor, 'Brown, please.').waitFor();
  expect(await visitor.chat.getByText('4111').count()).toBe(0);
  await anna.endChat();
  expect([...visitor.errors, ...anna.errors]).toEqual([]);
});

const quotedIn = (visitor: Visitor, text: string) =>
  bubble(visitor, text).getByRole('button', { name: /^In reply to/ });

test('CMD-26: on a phone a tap on a message opens its menu, in Russian too', async () => {
  const context = await browser.newContext({
    ...{ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, locale: 'ru-RU' },
  });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const errors = errorsOf(page);
  await page.goto(`${base}/demo`);
  await page.getByRole('button', { name: 'Чат' }).tap();
  const chat = page.frameLocator('iframe[title="Чат"]');
  await chat.getByRole('textbox').fill('Есть ли тёплые ботинки на зиму?');
  await chat.getByRole('button', { name: 'Отправить' }).tap();
  const message = chat.locator('[data-key]').filter({ hasText: 'Есть ли тёплые ботинки' });
  await message.getByRole('button', { name: 'Действия с сообщением' }).waitFor();
  await message.getByText('Есть ли тёплые ботинки').tap();
  await expect
    .poll(() => chat.getByRole('menuitem').allInnerTexts())
    .toEqual(['Ответить', 'Изменить', 'Скопировать текст', 'Удалить']);
  await picture(page, 'widget-phone', [390]);
  await chat.getByRole('menuitem', { name: 'Удалить' }).tap();
  await chat.getByRole('button', { name: 'Удалить', exact: true }).tap();
  await message.waitFor({ state: 'detached' });
  await chat.getByText('Сообщение удалено').waitFor();
  expect(errors).toEqual([]);
});
