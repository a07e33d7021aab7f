/** F83 to F87 from a visitor's side. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mp3, pdf, picture as image, text } from './files.ts';
import { accessibilityOf, Agent, eventually, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
/** A page whose frame is on its own site. A private window, as these are, stores nothing for a frame on another one. */
const near = base.replace('localhost', 'shop.localhost');
const mark = Math.random().toString(36).slice(2, 8);
/** Somebody has to be available: the chat would ask for an email first. */
const anna = await Agent.signIn(browser, base, 'anna@demo.test');
const choose = ({ chat }: Visitor) => chat.locator('input[type=file]');
const attached = ({ chat }: Visitor) =>
  chat.getByRole('list', { name: 'Attached files' }).getByRole('listitem');
const sumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Lets parts of uploads wait, until they are released or their page is gone. */
async function holdParts({ page }: Visitor, held = /\/parts\//) {
  const parts = { waiting: 0, release: () => {} };
  const free = new Promise<void>((resolve) => (parts.release = resolve));
  let released = false;
  void free.then(() => (released = true));
  await page.route('**/parts/*', async (route) => {
    if (!released && held.test(route.request().url())) {
      parts.waiting++;
      await free;
    }
    await route.continue().catch(() => undefined);
  });
  return parts;
}

test('F83 F86 a screenshot is a visitor’s first message, and both sides see it and open it', async () => {
  const vera = await Visitor.visit(browser, base);
  await vera.open();
  const shot = await image(vera.page, 'Screenshot.png', { width: 1440, height: 900, type: 'image/png' });
  await choose(vera).setInputFiles([shot]);
  await eventually(() => attached(vera).count(), 1);
  await eventually(() => vera.chat.getByRole('progressbar').count(), 0);
  expect(await accessibilityOf(vera.page)).toEqual([]);
  await picture(vera.page, 'widget-attached');
  await vera.chat.getByRole('button', { name: 'Send' }).press('Enter');
  const shown = vera.chat.getByRole('log').getByRole('button', { name: 'View image Screenshot.png' });
  await shown.waitFor();
  await eventually(() => attached(vera).count(), 0);
  await picture(vera.page, 'widget-sent');

  await anna.take('Screenshot.png');
  await anna.log.getByRole('button', { name: 'View image Screenshot.png' }).waitFor();
  await anna.page
    .locator('input[type=file]')
    .first()
    .setInputFiles([
      await image(anna.page, 'The right menu.jpg', { width: 800, height: 1400, hue: 20 }),
      await image(anna.page, 'Where to click.jpg', { hue: 300 }),
      pdf('Manual of the shop, as of December.pdf'),
    ]);
  await anna.say('It is behind this menu.');
  await vera.sees('It is behind this menu.');
  await vera.chat.getByRole('button', { name: 'View image The right menu.jpg' }).waitFor();
  expect(await accessibilityOf(vera.page)).toEqual([]);
  await picture(vera.page, 'widget-received');

  await vera.chat.getByRole('button', { name: 'View image The right menu.jpg' }).press('Enter');
  await vera.chat
    .getByRole('dialog', { name: 'The right menu.jpg' })
    .getByRole('img', { name: 'The right menu.jpg' })
    .waitFor();
  expect(await accessibilityOf(vera.page)).toEqual([]);
  await picture(vera.page, 'widget-viewer');
  await vera.page.keyboard.press('ArrowLeft');
  await vera.chat.getByRole('dialog', { name: 'Screenshot.png' }).waitFor();
  const large = vera.chat.getByRole('dialog').locator('img');
  const fitting = (await large.boundingBox())?.width ?? 0;
  await vera.page.keyboard.press('+');
  await eventually(async () => Math.round((((await large.boundingBox())?.width ?? 0) / fitting) * 10), 15);
  await picture(vera.page, 'widget-viewer-large');
  const [original] = await Promise.all([
    vera.page.waitForEvent('download'),
    vera.chat
      .getByRole('dialog')
      .getByRole('link', { name: /^Download Screenshot\.png/ })
      .click(),
  ]);
  expect(sumOf(readFileSync(await original.path()))).toBe(sumOf(shot.buffer));
  await vera.page.keyboard.press('Escape');
  await eventually(() => vera.chat.getByRole('dialog').count(), 0);
  // The focus is back where the viewer was opened.
  const opener = vera.chat.getByRole('button', { name: 'View image The right menu.jpg' });
  await eventually(() => opener.evaluate((button) => button === document.activeElement), true);
  const [saved] = await Promise.all([
    vera.page.waitForEvent('download'),
    vera.chat.getByRole('link', { name: /^Download Manual/ }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe('Manual of the shop, as of December.pdf');
  expect(sumOf(readFileSync(await saved.path()))).toBe(sumOf(pdf('').buffer));
  expect([...vera.errors, ...anna.errors]).toEqual([]);
});

test('F83 F84 F85 a visitor pastes and drops files; others are refused in words before any request', async () => {
  const vera = await Visitor.visit(browser, base);
  await vera.ask(`Which papers? ${mark}`);
  await vera.chat.getByRole('button', { name: 'Attach files' }).waitFor();
  const requests: string[] = [];
  vera.page.on('request', (request) => {
    if (/\/api\/widget\/files/.test(request.url())) requests.push(request.url());
  });
  await vera.chat.locator('textarea').evaluate((box) => {
    const give = (kind: 'paste' | 'drop', name: string, bytes: BlobPart) => {
      const data = new DataTransfer();
      data.items.add(new File([bytes], name));
      const both = { bubbles: true, cancelable: true };
      if (kind === 'paste') box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, ...both }));
      else
        for (const each of ['dragenter', 'drop'])
          box.dispatchEvent(new DragEvent(each, { dataTransfer: data, ...both }));
    };
    give('paste', 'virus.exe', 'MZ');
    // A part of a table is pasted as its text.
    const table = new DataTransfer();
    table.setData('text/plain', '1');
    table.setData('text/html', '<b>1</b>');
    table.items.add(new File(['1'], 'table.png'));
    box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: table, bubbles: true }));
    give('drop', 'too-large.pdf', new Uint8Array(104_857_601));
    give('drop', 'empty.pdf', '');
  });
  const files = vera.chat.getByRole('list', { name: 'Attached files' });
  await files.getByText('This type can’t be sent.').waitFor();
  await files.getByText('Larger than 100 MB (104,857,600 bytes).').waitFor();
  await files.getByText('The file is empty').waitFor();
  expect(requests).toEqual([]);
  await choose(vera).setInputFiles([text('Bill.txt', 'One pair of boots'), text('fake.pdf', 'MZ')]);
  await files.getByText('The content isn’t what the name says').waitFor();
  expect(await accessibilityOf(vera.page)).toEqual([]);
  await picture(vera.page, 'widget-refused', [1440, 390, 320]);
  for (const name of ['virus.exe', 'too-large.pdf', 'empty.pdf', 'fake.pdf'])
    await vera.chat.getByRole('button', { name: `Remove ${name}` }).click();
  await vera.say('This one.');
  await vera.sees('This one.');
  await vera.chat.getByRole('link', { name: /^Download Bill\.txt/ }).waitFor();
  expect(vera.errors).toEqual([]);
});

test('F83 a visitor’s message waits for its file through a reload, and later ones do not', async () => {
  const vera = await Visitor.visit(browser, near);
  await vera.ask(`My papers? ${mark}`);
  const parts = await holdParts(vera);
  await choose(vera).setInputFiles([pdf('Papers.pdf', 9_000_000)]);
  await vera.say('All my papers');
  await vera.say('One moment');
  await vera.sees('One moment');
  await vera.chat.getByRole('button', { name: 'Discard' }).waitFor();
  expect(await accessibilityOf(vera.page)).toEqual([]);
  await picture(vera.page, 'widget-held', [1440, 390, 320]);
  await anna.take('One moment');
  expect(await anna.log.getByText('All my papers').count()).toBe(0);
  await vera.page.reload();
  parts.release();
  await anna.sees('All my papers');
  await anna.log.getByRole('link', { name: /^Download Papers\.pdf/ }).waitFor();
  expect(await anna.log.getByText('All my papers', { exact: true }).count()).toBe(1);
  expect(anna.errors).toEqual([]);
});

test('F83 a first message that waits for its file is sent by the next page, whose chat is closed', async () => {
  const vera = await Visitor.visit(browser, near);
  await vera.open();
  // The second part is lost with its page.
  const parts = await holdParts(vera, /parts\/2/);
  await choose(vera).setInputFiles([pdf('Contract.pdf', 9_000_000)]);
  await vera.say(`My contract ${mark}`);
  await eventually(async () => parts.waiting, 1);
  const sent: string[] = [];
  vera.page.on('request', (request) => {
    const part = /parts\/\d+/.exec(request.url());
    if (part) sent.push(part[0]);
  });
  await vera.page.reload();
  parts.release();
  await anna.take(`My contract ${mark}`);
  await anna.log.getByRole('link', { name: /^Download Contract\.pdf/ }).waitFor();
  expect(sent).toEqual(['parts/2']);
  expect(vera.errors).toEqual([]);
});

test('F83 where a browser stores nothing for the chat, it asks before the page loses a file', async () => {
  const vera = await Visitor.visit(browser, base);
  await vera.open();
  await choose(vera).setInputFiles([pdf('There already.pdf')]);
  await vera.say('One of two');
  const there = vera.chat.getByRole('link', { name: /^Download There already/ });
  await there.waitFor();
  await holdParts(vera);
  await choose(vera).setInputFiles([pdf('Only here.pdf')]);
  await vera.say('My only copy');
  await vera.chat.getByRole('button', { name: 'Discard' }).waitFor();
  // Saving a file loses nothing.
  const [saved] = await Promise.all([vera.page.waitForEvent('download'), there.click()]);
  expect(sumOf(readFileSync(await saved.path()))).toBe(sumOf(pdf('').buffer));

  const asked = vera.page.waitForEvent('dialog');
  await vera.page.evaluate(() => void setTimeout(() => location.reload()));
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  await vera.chat.getByRole('button', { name: 'Discard' }).press('Enter');
  await eventually(() => vera.count('My only copy'), 0);
  await eventually(() => vera.composer.evaluate((box) => box === document.activeElement), true);
  expect(vera.errors).toEqual([]);
});

test('F83 files of the composer survive a reload, are cancelled and tried again, by the keyboard alone', async () => {
  const vera = await Visitor.visit(browser, near);
  await vera.ask(`By keyboard ${mark}`);
  await vera.chat.getByRole('button', { name: 'Attach files' }).waitFor();
  await vera.composer.focus();
  await vera.page.keyboard.press('Tab');
  const pick = vera.chat.getByRole('button', { name: 'Attach files' });
  await eventually(() => pick.evaluate((button) => button === document.activeElement), true);
  const [chooser] = await Promise.all([
    vera.page.waitForEvent('filechooser'),
    vera.page.keyboard.press('Enter'),
  ]);
  const parts = await holdParts(vera);
  await chooser.setFiles([pdf('Slow.pdf'), pdf('Never mind.pdf')]);
  await eventually(async () => parts.waiting, 2);
  await vera.chat.getByRole('progressbar', { name: 'Upload of Slow.pdf' }).waitFor();
  await picture(vera.page, 'widget-uploading', [1440, 390, 320]);
  const cancelled = vera.page.waitForRequest((request) => request.method() === 'DELETE');
  await vera.chat.getByRole('button', { name: 'Cancel the upload of Never mind.pdf' }).press('Enter');
  await cancelled;
  await eventually(() => attached(vera).count(), 1);
  await eventually(() => vera.composer.evaluate((box) => box === document.activeElement), true);

  await vera.page.route('**/api/widget/files', (route) =>
    route.fulfill({ status: 413, json: { refused: 'file_quota', message: '' } }),
  );
  await vera.page.reload();
  await vera.chat.getByText('You can’t send more files today.', { exact: true }).waitFor();
  await picture(vera.page, 'widget-retry', [1440, 390]);
  await vera.page.unroute('**/api/widget/files');
  parts.release();
  await vera.chat.getByRole('button', { name: 'Retry Slow.pdf' }).press('Enter');
  await vera.chat.getByRole('button', { name: 'Remove Slow.pdf' }).waitFor();
  await vera.composer.press('Enter');
  await vera.chat.getByRole('link', { name: /^Download Slow\.pdf/ }).waitFor();
  expect(vera.errors).toEqual([]);
});

test('F83 F86 files are dropped anywhere on the chat; an image keeps its room while it loads; a deleted one is gone', async () => {
  const vera = await Visitor.visit(browser, base);
  await vera.ask(`Dropped ${mark}`);
  await vera.chat.getByRole('button', { name: 'Attach files' }).waitFor();
  const { buffer } = await image(vera.page, 'Boots.png', { type: 'image/png', width: 600, height: 400 });
  const drag = (kind: string) =>
    vera.chat.getByRole('log').evaluate(
      (log, [type, base64]) => {
        const data = new DataTransfer();
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        data.items.add(new File([bytes], 'Boots.png', { type: 'image/png' }));
        log.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      },
      [kind, buffer.toString('base64')] as const,
    );
  await drag('dragenter');
  await vera.chat.getByText('Drop files to attach them').waitFor();
  await picture(vera.page, 'widget-drop');
  await drag('dragleave');
  await eventually(() => vera.chat.getByText('Drop files to attach them').count(), 0);
  await drag('dragenter');
  await drag('drop');
  await eventually(() => attached(vera).count(), 1);
  expect(await vera.chat.getByText('Drop files to attach them').count()).toBe(0);

  let release = () => {};
  const free = new Promise<void>((resolve) => (release = resolve));
  await vera.page.route('**/thumbnail?*', async (route) => {
    if (route.request().method() === 'GET') await free;
    await route.continue();
  });
  await vera.composer.press('Enter');
  const shown = vera.chat.getByRole('button', { name: 'View image Boots.png' });
  await shown.waitFor();
  const room = await shown.boundingBox();
  release();
  await eventually(
    () => shown.locator('img').evaluate((element: HTMLImageElement) => element.naturalWidth > 0),
    true,
  );
  const sides = (box: typeof room) => [box?.width, box?.height].map((side = 0) => Math.round(side));
  expect(sides(await shown.boundingBox())).toEqual(sides(room));

  await vera.chat.locator('.row', { has: shown }).getByRole('button', { name: 'Actions' }).press('Enter');
  const menu = vera.chat.getByRole('menu');
  expect(await menu.getByRole('menuitem').allTextContents()).toEqual(['Reply', 'Edit', 'Delete']);
  await menu.getByRole('menuitem', { name: 'Delete' }).press('Enter');
  await vera.chat.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).press('Enter');
  await eventually(() => shown.count(), 0);
  expect(vera.errors).toEqual([]);
});

test('F83 F86 F87 a browser without cookies shows, plays and saves files with its credential', async () => {
  const vera = await Visitor.visit(browser, base);
  await vera.page.route('**/api/widget/session', async (route) => {
    const response = await route.fetch();
    await vera.page.context().clearCookies();
    const { 'set-cookie': _, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  await vera.open();
  const shot = await image(vera.page, 'Safari.jpg');
  await choose(vera).setInputFiles([shot, mp3('Voice.mp3'), pdf('Receipt.pdf')]);
  await vera.say('Without cookies');
  await vera.chat.getByRole('button', { name: 'View image Safari.jpg' }).waitFor();
  expect(await vera.page.context().cookies()).toEqual([]);
  const source = vera.chat.getByRole('button', { name: 'View image Safari.jpg' }).locator('img');
  await eventually(async () => (await source.getAttribute('src'))?.slice(0, 5), 'blob:');
  await picture(vera.page, 'widget-credential', [1440, 390, 320]);
  // Sound is not read before the visitor asks for it.
  expect(await vera.chat.locator('audio').count()).toBe(0);
  await vera.chat.getByRole('button', { name: 'Play Voice.mp3' }).press('Enter');
  await vera.chat.locator('audio[src^="blob:"]').waitFor();
  expect(await accessibilityOf(vera.page)).toEqual([]);
  const [saved] = await Promise.all([
    vera.page.waitForEvent('download'),
    vera.chat.getByRole('button', { name: /^Download Receipt\.pdf/ }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe('Receipt.pdf');
  expect(sumOf(readFileSync(await saved.path()))).toBe(sumOf(pdf('').buffer));
  expect(vera.errors).toEqual([]);
});

test('F83 F86 sound plays in place, and several images are a grid', async () => {
  const vera = await Visitor.visit(browser, base);
  await vera.open();
  const images = [];
  for (const hue of [20, 90, 160])
    images.push(await image(vera.page, `Tent ${hue}.jpg`, { hue, width: 900, height: 1200 }));
  await choose(vera).setInputFiles([...images, mp3('Melody.mp3'), pdf('Price list.pdf')]);
  await vera.say('Listen');
  const player = vera.chat.locator('audio[aria-label="Melody.mp3"]');
  const playable = (element: HTMLAudioElement) => element.readyState > 0 && element.duration > 0.9;
  await eventually(() => player.evaluate(playable), true);
  await vera.chat.getByRole('link', { name: /^Download Melody\.mp3/ }).waitFor();
  expect(await accessibilityOf(vera.page)).toEqual([]);
  await picture(vera.page, 'widget-player', [1440, 390, 320]);
  expect(vera.errors).toEqual([]);
});

test('F83 the preview beside the closed chat names the file of a message without text; more than ten are refused', async () => {
  const vera = await Visitor.visit(browser, base);
  await vera.ask(`Anything new? ${mark}`);
  await choose(vera).setInputFiles(Array.from({ length: 11 }, (_, at) => text(`Page ${at}.txt`, 'x')));
  await vera.chat.getByText('A message can have up to 10 files.', { exact: true }).waitFor();
  await eventually(() => vera.chat.getByRole('progressbar').count(), 0);
  await picture(vera.page, 'widget-many', [390]);
  await vera.page.getByRole('button', { name: 'Chat' }).click();
  await anna.take(`Anything new? ${mark}`);
  await anna.page
    .locator('input[type=file]')
    .first()
    .setInputFiles([pdf('Price list.pdf'), text('Conditions.txt', 'None.')]);
  await eventually(() => anna.page.getByRole('progressbar').count(), 0);
  await anna.composer.press('Enter');
  await vera.page.getByText('Price list.pdf').first().waitFor();
  await picture(vera.page, 'widget-news');
  await vera.page.getByRole('button', { name: 'Chat' }).click();
  await vera.chat.getByRole('link', { name: /^Download Price list\.pdf/ }).waitFor();
  expect(vera.errors).toEqual([]);
});

test('F83 in Russian the chat attaches and shows files too', async () => {
  const russian = {
    newContext: (options: object) => browser.newContext({ ...options, locale: 'ru-RU' }),
  } as typeof browser;
  const vera = await Visitor.visit(russian, base);
  const chat = vera.page.frameLocator('iframe');
  await vera.page.getByRole('button', { name: 'Чат' }).click();
  await chat.getByRole('textbox', { name: 'Сообщение' }).waitFor();
  await chat
    .locator('input[type=file]')
    .setInputFiles([pdf('Договор № 7 «Север».pdf', 2_500_000), text('Письмо.exe', 'MZ')]);
  await chat.getByText('Файлы этого типа отправить нельзя.', { exact: false }).first().waitFor();
  await picture(vera.page, 'widget-russian', [390]);
  await chat.getByRole('button', { name: 'Отправить' }).click();
  await chat.getByRole('link', { name: /^Скачать Договор № 7 «Север»\.pdf, 2,4 МБ/ }).waitFor();
  await picture(vera.page, 'widget-russian-sent', [390]);
  expect(vera.errors).toEqual([]);
});
