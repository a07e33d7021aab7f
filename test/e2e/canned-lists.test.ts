/** Lists of canned responses: imported, long, in two languages, and each agent's own. */
import { ownForum } from '#protocol';
import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { addForum, addResponses, forty, russian, send, stored } from './canned-data.ts';
import { editor, flaws, isFocused, pathOf, row } from './canned-manage.ts';
import { Agent } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
let admin: Agent;
beforeAll(async () => {
  admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
});

test('F75 a CSV file is checked line by line, then imported, by keyboard; an export is the same again', async () => {
  const { page } = admin;
  const forum = await addForum(page, 'Imported');
  await addResponses(page, forum, [
    { key: 'returns', question: '', answer: 'Old.' },
    { key: 'same', question: '', answer: 'The same.' },
  ]);
  await page.goto(`${base}${pathOf(forum)}`);
  await row(page, '#returns').waitFor();
  await page.getByRole('button', { name: 'More', exact: true }).press('Enter');
  await page.getByRole('menuitem', { name: 'Import CSV' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Import responses' });
  await dialog.waitFor();
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'import');
  const lines = [
    'key;question;answer',
    'returns;How?;"Within **30 days**,\nwith the receipt."',
    'hours;When?;From nine to six.',
    'empty;Why?;',
    'two words;Why?;A key has no spaces.',
    'same;;The same.',
    'returns;Again?;Twice in the file.',
    'hours;And on Sundays?;From ten to four.',
  ];
  const choosing = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Choose file' }).press('Enter');
  await (
    await choosing
  ).setFiles({
    ...{ name: 'answers from the old chat.csv', mimeType: 'text/csv' },
    buffer: Buffer.from(lines.join('\r\n')),
  });
  const start = dialog.getByRole('button', { name: 'Import 3 responses' });
  await isFocused(start);
  const report = dialog.getByRole('list', { name: 'Lines left out' });
  await report.getByText('The answer is empty.').waitFor();
  await report.getByText('An earlier line replaces the response with this key.').waitFor();
  expect((await report.getByRole('listitem').allInnerTexts()).map((text) => text.slice(0, 6))).toEqual([
    ...['Line 5', 'Line 6', 'Line 8'],
  ]);
  const repeats = dialog.getByRole('list', { name: 'Keys on several lines' }).getByRole('listitem');
  expect(await repeats.allInnerTexts()).toEqual(['Line 9 Line 4 has the same key. Both are added.']);
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'import-report');
  expect((await stored(page, forum)).map((each) => each.answer).sort()).toEqual(['Old.', 'The same.']);
  await page.keyboard.press('Enter');
  await admin.notices.getByText('Imported. Added: 2, changed: 1.').waitFor();
  await row(page, '#hours').first().waitFor();
  await row(page, 'with the receipt').waitFor();
  expect((await stored(page, forum)).map(({ key, answer }) => `${key}: ${answer}`).sort()).toEqual([
    ...[
      'hours: From nine to six.',
      'hours: From ten to four.',
      'returns: Within **30 days**,\nwith the receipt.',
      'same: The same.',
    ],
  ]);
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'More', exact: true }).press('Enter');
  await page.getByRole('menuitem', { name: 'Export CSV' }).press('Enter');
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/\.csv$/);
  const exported = await readFile(await download.path(), 'utf8');
  expect(exported).toContain('From nine to six.');
  // An exported file changes nothing.
  await page.getByRole('button', { name: 'More', exact: true }).press('Enter');
  await page.getByRole('menuitem', { name: 'Import CSV' }).press('Enter');
  const again = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Choose file' }).press('Enter');
  await (await again).setFiles({ name: 'again.csv', mimeType: 'text/csv', buffer: Buffer.from(exported) });
  await dialog.getByText('The file has nothing to add or change.').waitFor();
  expect(await dialog.getByRole('button', { name: /^Import/ }).count()).toBe(0);
  // A file without the names of the columns has no lines to count.
  const other = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Choose another file' }).press('Enter');
  await (
    await other
  ).setFiles({ name: 'other.csv', mimeType: 'text/csv', buffer: Buffer.from('Short,Text\nhi,Hello') });
  await dialog.getByText('No responses were found. The first line must name the columns').waitFor();
  expect(await dialog.getByText('Left out').count()).toBe(0);
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'import-unread');
  expect(admin.errors).toEqual([]);
});

test('F73 a template is written on a page that every agent finds, and only its author sees it', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const { page } = anna;
  await page.getByRole('button', { name: /Anna/ }).press('Enter');
  await page.getByRole('menuitem', { name: 'My templates' }).press('Enter');
  await page.getByText('No templates yet').waitFor();
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'templates-none');
  await page.getByRole('button', { name: 'Add template' }).first().press('Enter');
  await editor(page).key.fill('bye');
  await editor(page).answer.fill('Have a nice day, {{visitor}}!');
  await editor(page).says('Saved').waitFor();
  await page.getByText('Agents fill in an unknown name by hand').waitFor();
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'templates');
  const me = await send(page, 'GET', '/api/me');
  const forum = ownForum((me.body as { id: string }).id);
  expect(await stored(page, forum)).toMatchObject([{ key: 'bye' }]);
  expect((await send(admin.page, 'GET', `/api/forums/${forum}/responses`)).status).toBe(404);
  await page.getByRole('button', { name: 'Remove template' }).click();
  await page.getByText('No templates yet').waitFor();
  await anna.notices.getByRole('button', { name: 'Undo' }).click();
  await row(page, '#bye').waitFor();
  expect(anna.errors).toEqual([]);
});

test('F76 forty responses with long texts are calm to read, wide and narrow, in both languages', async () => {
  const { page } = admin;
  const forum = await addForum(page, 'Orders, delivery and returns for customers outside the European Union');
  const ids = await addResponses(page, forum, forty);
  await page.goto(`${base}${pathOf(forum)}`);
  await row(page, '#returns').first().waitFor();
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'responses');
  await page.goto(`${base}${pathOf(forum, ids[11])}`);
  await editor(page).answer.waitFor();
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'response-long');
  await page.goto(`${base}${pathOf(forum, ids[0])}`);
  await page.getByRole('figure').getByText('Maria').waitFor();
  await editor(page).answer.press('End');
  await page.keyboard.type(' Thanks!');
  await editor(page).says('Saved').waitFor();
  await picture(page, 'response');
  await page.goto(`${base}/console/canned-responses`);
  await page.getByRole('link', { name: /Orders, delivery/ }).waitFor();
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'forums');
  await page.goto(`${base}${pathOf(forum, 'rsp_00000000000000000000000000')}`);
  await page.getByText('Not found.').waitFor();
  await picture(page, 'response-missing');

  const other = await addForum(page, 'Доставка и возврат');
  const [first = ''] = await addResponses(page, other, russian);
  await page.evaluate(() => localStorage.setItem('parley.language', 'ru'));
  await page.goto(`${base}${pathOf(other, first)}`);
  await page.getByRole('textbox', { name: 'Короткий ключ' }).waitFor();
  await page.getByRole('textbox', { name: 'Ответ' }).press('End');
  await page.keyboard.type(' Спасибо!');
  await page.locator('footer').getByText('Сохранено', { exact: true }).waitFor();
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'response-ru');
  await page.getByRole('button', { name: 'Удалить ответ' }).click();
  await page.getByText('Ответ удалён: #возврат').waitFor();
  await picture(page, 'response-removed-ru');
  await page.goto(`${base}/console/canned-responses`);
  await page.getByRole('link', { name: /Доставка и возврат/ }).waitFor();
  await picture(page, 'forums-ru');
  await page.evaluate(() => localStorage.setItem('parley.language', 'en'));
  expect(admin.errors).toEqual([]);
});
