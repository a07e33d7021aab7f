/** F83 to F87 from a visitor's side. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pdf, picture as image, text } from './files.ts';
import { accessibilityOf, Agent, eventually, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
const mark = Math.random().toString(36).slice(2, 8);
/** An agent is available: otherwise the chat would ask for an email first. */
const anna = await Agent.signIn(browser, base, 'anna@demo.test');
const choose = ({ chat }: Visitor) => chat.locator('input[type=file]');
const attached = ({ chat }: Visitor) =>
  chat.getByRole('list', { name: 'Attached files' }).getByRole('listitem');
const sumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

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
  await vera.page.keyboard.press('+');
  await picture(vera.page, 'widget-viewer-large');
  await vera.page.keyboard.press('Escape');
  await eventually(() => vera.chat.getByRole('dialog').count(), 0);
  const [saved] = await Promise.all([
    vera.page.waitForEvent('download'),
    vera.chat.getByRole('button', { name: /^Download Manual/ }).press('Enter'),
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
  await picture(vera.page, 'widget-refused');
  for (const name of ['virus.exe', 'too-large.pdf', 'empty.pdf', 'fake.pdf'])
    await vera.chat.getByRole('button', { name: `Remove ${name}` }).click();
  await vera.say('This one.');
  await vera.sees('This one.');
  await vera.chat.getByRole('button', { name: /^Download Bill\.txt/ }).waitFor();
  expect(vera.errors).toEqual([]);
});

test('F83 a visitor’s message waits for its file through a reload, and later ones do not', async () => {
  const vera = await Visitor.visit(browser, base);
  // The demo's frame is of another site, to which this browser denies storage: here the page is of the frame's site.
  const src = await vera.page.locator('script[src*="widget.js"]').getAttribute('src');
  await vera.page.route('**/own', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1></main><script async src="${src}"></script></html>`,
    }),
  );
  await vera.page.goto(`${new URL(src ?? '').origin}/own`);
  await vera.ask(`My papers? ${mark}`);
  let release = () => {};
  const free = new Promise<void>((resolve) => (release = resolve));
  await vera.page.route('**/parts/*', async (route) => {
    await free;
    await route.continue().catch(() => undefined);
  });
  await choose(vera).setInputFiles([pdf('Papers.pdf', 9_000_000)]);
  await vera.say('All my papers');
  await vera.say('One moment');
  await vera.sees('One moment');
  await vera.chat.getByRole('button', { name: 'Discard' }).waitFor();
  expect(await accessibilityOf(vera.page)).toEqual([]);
  await picture(vera.page, 'widget-held');
  await anna.take('One moment');
  expect(await anna.log.getByText('All my papers').count()).toBe(0);
  await vera.page.unroute('**/parts/*');
  release();
  await vera.page.reload();
  await anna.sees('All my papers');
  await anna.log.getByRole('link', { name: /^Download Papers\.pdf/ }).waitFor();
  expect(await anna.log.getByText('All my papers', { exact: true }).count()).toBe(1);
  expect(anna.errors).toEqual([]);
});

test('F83 where the browser stores nothing, leaving the page in the middle of an upload asks first', async () => {
  const vera = await Visitor.visit(browser, base);
  await vera.ask(`Nothing kept? ${mark}`);
  await vera.page.route('**/parts/*', () => undefined);
  await choose(vera).setInputFiles([pdf('Papers.pdf')]);
  await vera.say('All my papers again');
  await vera.chat.getByRole('button', { name: 'Discard' }).waitFor();
  const asked = vera.page.waitForEvent('dialog');
  const left = vera.page.reload();
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.accept();
  await left;
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
  await chat.getByRole('button', { name: /^Скачать Договор № 7 «Север»\.pdf, 2,4 МБ/ }).waitFor();
  await picture(vera.page, 'widget-russian-sent', [390]);
  expect(vera.errors).toEqual([]);
});
