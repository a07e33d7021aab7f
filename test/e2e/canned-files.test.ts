/** Files of canned responses: attached by a manager, inserted by an agent, downloaded by a visitor. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { addForum, addResponses, stored } from './canned-data.ts';
import { editor, flaws, pathOf } from './canned-manage.ts';
import { pdf, picture as image, savedSum, sumOf, text } from './files.ts';
import { accessibilityOf, Agent, eventually, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
const anna = await Agent.signIn(browser, base, 'anna@demo.test');
const { page } = admin;
const forum = await addForum(page, 'With files');
const [prices = '', other = ''] = await addResponses(page, forum, [
  {
    key: 'prices',
    question: 'What do your tents cost?',
    answer: 'All prices are in this list, {{visitor|there}}.',
  },
  { key: 'plain', question: 'Do you have a shop?', answer: 'Yes, in Bergen.' },
]);
const list = pdf('Price list, winter and spring.pdf', 40_000);
const attached = () => page.getByRole('list', { name: 'Attached files' }).getByRole('listitem');
const choose = () => page.locator('.editor input[type=file]');
const names = async () =>
  (await stored(page, forum)).find(({ id }) => id === prices)?.files?.map(({ name }) => name) ?? [];

test('F83 F79 a manager attaches files to a response; they are saved by themselves, and can be undone', async () => {
  await page.goto(`${base}${pathOf(forum, prices)}`);
  await editor(page).answer.waitFor();
  await page.getByText('They are attached to the message').waitFor();
  const map = await image(page, 'The way to us.png', { width: 900, height: 600, type: 'image/png' });
  await choose().setInputFiles([list, map]);
  await eventually(names, [list.name, map.name]);
  await page.getByText('Saved', { exact: true }).waitFor();
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'response-files');

  // A name that cannot be sent is refused beside it, and the others stay.
  await choose().setInputFiles([text('run.exe', 'MZ')]);
  await attached().filter({ hasText: 'run.exe' }).getByText('This type can’t be sent.').waitFor();
  await attached()
    .filter({ hasText: 'run.exe' })
    .getByRole('button', { name: 'Remove run.exe' })
    .press('Enter');
  await choose().setInputFiles(Array.from({ length: 4 }, (_, at) => text(`Part ${at}.txt`, `Part ${at}`)));
  await page.getByText('A response can have up to 5 files.').waitFor();
  await eventually(async () => (await names()).length, 5);
  await picture(page, 'response-files-most');
  for (const at of [0, 1, 2]) {
    await page.getByRole('button', { name: `Remove Part ${at}.txt` }).press('Enter');
    await attached()
      .filter({ hasText: `Part ${at}.txt` })
      .waitFor({ state: 'detached' });
  }
  // Each save is a step of its own for the undo.
  await eventually(names, [list.name, map.name]);
  await page.getByText('Saved', { exact: true }).waitFor();
  await page.getByRole('button', { name: `Remove ${map.name}` }).press('Enter');
  await eventually(names, [list.name]);
  await page.getByRole('button', { name: 'Undo last change' }).press('Enter');
  await eventually(names, [list.name, map.name]);
  await page.reload();
  await eventually(() => attached().count(), 2);
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /Price list/ }).click(),
  ]);
  expect(sumOf(readFileSync(await saved.path()))).toBe(sumOf(list.buffer));

  // A copy has copies of them.
  await page.getByRole('button', { name: 'Make a copy' }).press('Enter');
  await eventually(async () => {
    const copy = (await stored(page, forum)).find(({ key }) => key === 'prices-2');
    return copy?.files?.map(({ name }) => name);
  }, [list.name, map.name]);
  await page.goto(`${base}${pathOf(forum, other)}`);
  await page
    .getByRole('link', { name: /#prices-2/ })
    .getByText('2 files')
    .waitFor({ state: 'attached' });
  await picture(page, 'responses-with-files');
  expect(admin.errors).toEqual([]);
});

test('CAN-8 F83 files that a colleague attached meanwhile are shown beside the own version, and kept or dropped', async () => {
  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test', '/console');
  await page.goto(`${base}${pathOf(forum, other)}`);
  await editor(page).answer.waitFor();
  await page.context().setOffline(true);
  await editor(page).answer.fill('Yes, in Bergen and in Oslo.');
  await sofia.page.goto(`${base}${pathOf(forum, other)}`);
  await sofia.page.locator('.editor input[type=file]').setInputFiles([pdf('Opening hours.pdf')]);
  const files = async () => (await stored(sofia.page, forum)).find(({ id }) => id === other)?.files?.length;
  await eventually(files, 1);
  await page.context().setOffline(false);
  const question = page.getByRole('alert').filter({ hasText: 'Sofia' });
  await question.getByText('Opening hours.pdf').first().waitFor({ state: 'attached' });
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'response-files-conflict');
  await question.getByRole('button', { name: 'Use this version' }).press('Enter');
  await attached().filter({ hasText: 'Opening' }).waitFor();
  expect([await editor(page).answer.inputValue(), await files()]).toEqual(['Yes, in Bergen.', 1]);
  admin.errors.splice(0);
});

test('F72 F83 an agent sends a response with its files in five keystrokes, and the visitor downloads them', async () => {
  const vera = await Visitor.visit(browser, base);
  await vera.ask('What does a tent for four cost?');
  await anna.take('What does a tent for four cost?');
  const { composer } = anna;
  const found = anna.page.getByRole('listbox', { name: 'Canned responses found' });
  await composer.pressSequentially('tents');
  await found.getByRole('option').first().waitFor();
  await picture(anna.page, 'canned-files-suggested');
  await composer.press('ArrowDown');
  await composer.press('Enter');
  const { log } = anna;
  await log.getByRole('link', { name: /^Download Price list/ }).waitFor();
  await log.getByText('All prices are in this list, there.').waitFor();
  const card = vera.chat.getByRole('button', { name: /^Download Price list/ });
  const [saved] = await Promise.all([vera.page.waitForEvent('download'), card.press('Enter')]);
  expect(await savedSum(saved)).toBe(sumOf(list.buffer));

  // Inserted, a file can be left out.
  await anna.page.keyboard.press('Alt+KeyQ');
  const picker = anna.page.getByRole('dialog', { name: 'Canned responses' });
  await picker.getByRole('combobox', { name: 'Search canned responses' }).fill('prices-2');
  await picker
    .getByRole('list', { name: 'Attached files' })
    .getByText('The way to us.png')
    .first()
    .waitFor({ state: 'attached' });
  await picture(anna.page, 'canned-files-picker');
  expect(await accessibilityOf(anna.page)).toEqual([]);
  await picker.getByRole('combobox', { name: 'Search canned responses' }).press('Enter');
  await picker.waitFor({ state: 'detached' });
  const chips = anna.page.getByRole('list', { name: 'Attached files' }).getByRole('listitem');
  await eventually(() => chips.count(), 2);
  await picture(anna.page, 'canned-files-composer');
  await anna.page.getByRole('button', { name: /^Remove Price list/ }).click();
  await composer.press('Enter');
  // The first message had it too.
  await eventually(() => vera.chat.getByRole('button', { name: 'View image The way to us.png' }).count(), 2);
  expect(await vera.chat.getByRole('button', { name: /^Download Price list/ }).count()).toBe(1);
  expect([...anna.errors, ...vera.errors]).toEqual([]);
});

test('F73 F83 a message with files becomes a template with them', async () => {
  await anna.composer.fill('Here is our list again.');
  await anna.page.locator('input[type=file]').first().setInputFiles([list]);
  const chips = anna.page.getByRole('list', { name: 'Attached files' }).getByRole('listitem');
  await eventually(() => chips.getByRole('progressbar').count(), 0);
  await chips.getByText('KB').waitFor();
  await anna.page.getByRole('button', { name: 'Save as template' }).click();
  const dialog = anna.page.getByRole('dialog', { name: 'Save as template' });
  await dialog.getByLabel('Short key').fill('list');
  await dialog.getByRole('list', { name: 'Attached files' }).waitFor();
  await picture(anna.page, 'canned-files-template');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await anna.notices.getByRole('button', { name: 'Edit' }).click();
  await anna.page.getByRole('link', { name: /Price list/ }).waitFor();
  expect(await flaws(anna.page)).toEqual([]);
  await picture(anna.page, 'template-files');
  expect(anna.errors).toEqual([]);
});
