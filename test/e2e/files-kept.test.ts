/** F87: downloads of files, files in lists, files of deleted messages, and the console's space. */
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { loaded, pdf, picture as image, savedSum, send, sumOf, text } from './files.ts';
import { accessibilityOf, Agent, eventually, sidewaysOf, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const limit = 40_000_000;
const { base, browser } = await stage({ CAPS: JSON.stringify({ fileBytesPerAccount: limit }) });

async function chat(question: string): Promise<{ anna: Agent; vera: Visitor }> {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const vera = await Visitor.visit(browser, base);
  await vera.ask(question);
  await anna.take(question);
  return { anna, vera };
}

/** The space is at the end of its page. */
async function pictureOfSpace(page: Page, name: string): Promise<void> {
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 844 });
    await page.getByRole('meter').scrollIntoViewIfNeeded();
    await picture(page, name, [width]);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

test('F87 every file downloads byte-identical under its own name, and lists name the files', async () => {
  const { anna } = await chat('Could you send me all papers of my order?');
  const { page } = anna;
  const files = [
    pdf('Накладная «Зима» № 12 (копия).pdf'),
    text("It’s the buyer's list; 100% & more.csv", 'Article,Count\nBoots,2\n'),
    text(
      'Условия доставки и возврата товаров, купленных в магазине или по телефону, в редакции от первого декабря.txt',
      'Текст',
    ),
    text('a.txt', 'a'),
  ];
  await send(anna, files);
  expect(
    await anna.log.getByRole('article', { name: 'Накладная' }).getAttribute('aria-labelledby'),
  ).not.toBeNull();
  for (const { name, buffer } of files) {
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      anna.log.locator('a[download]').filter({ hasText: name }).click(),
    ]);
    expect(saved.suggestedFilename()).toBe(name);
    expect(await savedSum(saved)).toBe(sumOf(buffer));
  }
  await anna.row('My chats', '4 files').waitFor();
  // A message of files alone has no bubble, and no text to copy.
  await anna.log.getByRole('article', { name: 'Накладная' }).hover();
  const bar = anna.log.getByRole('toolbar', { name: 'Message actions' });
  await bar.getByRole('button', { name: 'Reply' }).waitFor();
  expect(await bar.getByRole('button', { name: 'Copy' }).count()).toBe(0);
  expect(await accessibilityOf(page)).toEqual([]);
  expect(await sidewaysOf(page)).toEqual([]);
  await picture(page, 'files-cards');
  await bar.getByRole('button', { name: 'Reply' }).click();
  await page.getByText('4 files').nth(1).waitFor();
  await anna.say('These are all.');
  await anna.log.getByRole('button', { name: /4 files/ }).waitFor();
  expect(anna.errors).toEqual([]);
});

test('F87 FIL-15 the files of a deleted message are gone, except for supervisors', async () => {
  const { anna, vera } = await chat('What does the receipt look like?');
  const { page } = anna;
  await send(anna, [
    await image(page, 'Receipt of another customer.jpg'),
    pdf('Receipt of another customer.pdf'),
  ]);
  await vera.chat.getByRole('button', { name: 'View image Receipt of another customer.jpg' }).waitFor();
  const address = (await anna.log.locator('a[download]').getAttribute('href')) ?? '';
  expect((await page.request.get(`${base}${address}`)).status()).toBe(200);
  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test');
  const conversation = page.url().split('/').at(-1) ?? '';
  await anna.log.getByRole('article', { name: 'Receipt of another' }).hover();
  await anna.log.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await anna.log.getByText('Message deleted').waitFor();
  await vera.chat.getByRole('log').getByText('Message deleted').waitFor();
  for (const place of [anna.log, vera.chat.getByRole('log')])
    await eventually(() => place.getByText('Receipt of another customer').count(), 0);
  await eventually(async () => (await page.request.get(`${base}${address}`)).status(), 404);
  await anna.row('My chats', 'Message deleted').waitFor();

  await sofia.page.goto(`${base}/workspace/${conversation}`);
  await sofia.log.getByText('Show original').click();
  const shown = sofia.log.getByRole('button', { name: 'View image Receipt of another customer.jpg' });
  await eventually(() => loaded(shown.locator('img')), true);
  expect(await accessibilityOf(sofia.page)).toEqual([]);
  await picture(sofia.page, 'files-originals');
  await shown.press('Enter');
  await sofia.page
    .getByRole('dialog', { name: 'Receipt of another customer.jpg' })
    .getByRole('img')
    .waitFor();
  await sofia.page.keyboard.press('Escape');
  expect((await sofia.page.request.get(`${base}${address}`)).status()).toBe(200);
});

test('F87 the console names files in the history, and shows a manager the space that they take', async () => {
  const { anna } = await chat('Where can I read the terms?');
  await send(anna, [pdf('Terms of sale, December 2026.pdf')]);
  // A chat that has ended is in the history at once.
  await anna.endChat();
  const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  const { page } = admin;
  await page.goto(`${base}/console/chats`);
  const row = page.getByRole('row', { name: 'Terms of sale, December 2026.pdf' });
  await row.waitFor();
  await picture(page, 'files-history');
  expect(await accessibilityOf(page)).toEqual([]);
  await row.getByRole('link').click();
  await admin.log.getByRole('link', { name: /^Download Terms of sale/ }).waitFor();

  const space = async () =>
    (await (await page.request.get(`${base}/api/account/files`)).json()) as { used: number; files: number };
  const before = await space();
  await page.goto(`${base}/console/account`);
  const bar = page.getByRole('meter', { name: /of 38 MB used/ });
  expect(await bar.getAttribute('aria-valuemax')).toBe(`${limit}`);
  await page.getByText(new RegExp(`${before.files} files`)).waitFor();
  expect(await page.getByText('almost full').count()).toBe(0);
  expect(await accessibilityOf(page)).toEqual([]);
  await pictureOfSpace(page, 'files-space');

  const { anna: later } = await chat('Do you have a catalogue?');
  await send(later, [pdf('Catalogue of all goods.pdf', Math.ceil(limit * 0.9) - before.used)]);
  await later.endChat();
  await eventually(async () => (await space()).used > limit * 0.8, true);
  await page.reload();
  await page.getByText('File storage is almost full.').waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  await pictureOfSpace(page, 'files-space-nearly');
  await page.evaluate(() => localStorage.setItem('parley.language', 'ru'));
  await page.reload();
  await page.getByText(/Занято .* из 38 МБ/).waitFor();
  await page.getByText('Место для файлов почти закончилось.').waitFor();
  await pictureOfSpace(page, 'files-space-ru');
  expect(admin.errors).toEqual([]);
});
