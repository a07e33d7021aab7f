/** F83 to F85: a visitor attaches files, and sends them. */
import { expect, test } from 'vitest';
import { pdf, savedSum, sumOf, text } from './files.ts';
import { accessibilityOf, Agent, eventually, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
/** A page whose frame is on its own site. A private window, as these are, stores nothing for a frame on another one. */
const near = base.replace('localhost', 'shop.localhost');
const mark = Math.random().toString(36).slice(2, 8);
/** An agent is available: otherwise the chat would ask for an email first. */
const anna = await Agent.signIn(browser, base, 'anna@demo.test');
const choose = ({ chat }: Visitor) => chat.locator('input[type=file]');
const attached = ({ chat }: Visitor) =>
  chat.getByRole('list', { name: 'Attached files' }).getByRole('listitem');

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
  await vera.chat.getByRole('button', { name: /^Download Bill\.txt/ }).waitFor();
  expect(vera.errors).toEqual([]);
});

test('F83 a file that is pasted before the parts for files are loaded is attached, and the message waits for it', async () => {
  const vera = await Visitor.visit(browser, base);
  const parts = { asked: 0, release: () => {} };
  const free = new Promise<void>((resolve) => (parts.release = resolve));
  await vera.page.route(/\/widget\/assets\/(more|files)\b[^/]*\.js$/, async (route) => {
    parts.asked++;
    await free;
    await route.continue();
  });
  await vera.open();
  await vera.composer.fill(`Pasted at once ${mark}`);
  const isTaken = await vera.composer.evaluate((box) => {
    const data = new DataTransfer();
    data.items.add(new File(['One pair of boots'], 'Bill.txt'));
    const both = { bubbles: true, cancelable: true };
    return !box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, ...both }));
  });
  expect(isTaken).toBe(true);
  await eventually(async () => parts.asked > 0, true);
  // Without the file the text is not sent.
  await vera.composer.press('Enter');
  expect(await vera.chat.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
  expect(await vera.composer.inputValue()).toBe(`Pasted at once ${mark}`);
  parts.release();
  await vera.chat.getByRole('button', { name: 'Remove Bill.txt' }).waitFor();
  await vera.composer.press('Enter');
  await vera.sees(`Pasted at once ${mark}`);
  await vera.chat.getByRole('button', { name: /^Download Bill\.txt/ }).waitFor();
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
  const there = vera.chat.getByRole('button', { name: /^Download There already/ });
  await there.waitFor();
  await holdParts(vera);
  await choose(vera).setInputFiles([pdf('Only here.pdf')]);
  await vera.say('My only copy');
  await vera.chat.getByRole('button', { name: 'Discard' }).waitFor();
  // Saving a file loses nothing.
  const [saved] = await Promise.all([vera.page.waitForEvent('download'), there.click()]);
  expect(await savedSum(saved)).toBe(sumOf(pdf('').buffer));

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
  await vera.chat.getByRole('button', { name: /^Download Slow\.pdf/ }).waitFor();
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
  await chat.getByRole('button', { name: /^Скачать Договор № 7 «Север»\.pdf, 2,4 МБ/ }).waitFor();
  await picture(vera.page, 'widget-russian-sent', [390]);
  expect(vera.errors).toEqual([]);
});
