/** F83 to F87: an agent sends files, and both sides see them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { pdf, picture as image, text } from './files.ts';
import { accessibilityOf, Agent, eventually, sidewaysOf, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
const mark = Math.random().toString(36).slice(2, 8);

async function chat(question: string): Promise<{ anna: Agent; vera: Visitor }> {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const vera = await Visitor.visit(browser, base);
  await vera.ask(question);
  await anna.take(question);
  return { anna, vera };
}
const choose = (agent: Agent) => agent.page.locator('input[type=file]').first();
const attached = ({ page }: Agent) =>
  page.getByRole('list', { name: 'Attached files' }).getByRole('listitem');
const sumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Gives files to the page as a paste or a drop does. */
async function give(page: Page, event: 'paste' | 'drop', name: string): Promise<void> {
  await page.evaluate(
    ([kind, file]) => {
      const data = new DataTransfer();
      data.items.add(new File(['%PDF-1.7\nA small one'], file, { type: 'application/pdf' }));
      const box = document.querySelector('textarea') as HTMLElement;
      const bubbles = { bubbles: true, cancelable: true };
      if (kind === 'paste')
        box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, ...bubbles }));
      else
        for (const each of ['dragenter', 'dragover', 'drop'])
          box.dispatchEvent(new DragEvent(each, { dataTransfer: data, ...bubbles }));
    },
    [event, name] as const,
  );
}

test('F83 F84 F86 an agent attaches, pastes and drops files, removes one, and sends the others with a text', async () => {
  const { anna, vera } = await chat(`Which boots? ${mark}`);
  const { page } = anna;
  const photos = await Promise.all([
    image(page, 'Trail boots, size 43.jpg', { hue: 20 }),
    image(page, 'Sole of the boot.png', { width: 700, height: 1100, hue: 140, type: 'image/png' }),
  ]);
  await choose(anna).setInputFiles(photos);
  await give(page, 'paste', 'Price list.pdf');
  await give(
    page,
    'drop',
    'Care of leather and of everything else that a long walk through wet country asks for.pdf',
  );
  await eventually(() => attached(anna).count(), 4);
  await eventually(() => page.getByRole('progressbar').count(), 0);
  expect(await accessibilityOf(page)).toEqual([]);
  await picture(page, 'files-attached');
  await page.getByRole('button', { name: 'Remove Price list.pdf' }).press('Enter');
  await eventually(() => attached(anna).count(), 3);
  expect(await anna.composer.evaluate((box) => box === document.activeElement)).toBe(true);
  await anna.say('These two, and how to care for them.');
  await vera.sees('These two, and how to care for them.');
  await anna.log.getByRole('button', { name: 'View image Trail boots, size 43.jpg' }).waitFor();
  expect(await attached(anna).count()).toBe(0);
  expect(await accessibilityOf(page)).toEqual([]);
  expect(await sidewaysOf(page)).toEqual([]);
  await picture(page, 'files-sent');

  await anna.log.getByRole('button', { name: 'View image Trail boots, size 43.jpg' }).press('Enter');
  const viewer = page.getByRole('dialog', { name: 'Trail boots, size 43.jpg' });
  await viewer.getByRole('img', { name: 'Trail boots, size 43.jpg' }).waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  await picture(page, 'files-viewer');
  await page.keyboard.press('ArrowRight');
  await page.getByRole('dialog', { name: 'Sole of the boot.png' }).getByText('2 of 2').waitFor();
  await page.keyboard.press('+');
  await picture(page, 'files-viewer-large');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    anna.log.getByRole('link', { name: /^Download Care of leather/ }).click(),
  ]);
  expect(saved.suggestedFilename()).toMatch(/^Care of leather.*\.pdf$/);
  expect(sumOf(readFileSync(await saved.path()))).toBe(sumOf(Buffer.from('%PDF-1.7\nA small one')));
  expect(anna.errors).toEqual([]);
});

test('F84 F85 a file of another type or size is refused in words, and the others are sent', async () => {
  const { anna, vera } = await chat(`Any limits? ${mark}`);
  const { page } = anna;
  await choose(anna).setInputFiles([text('setup.exe', 'MZ'), pdf('Terms.pdf')]);
  const files = page.getByRole('list', { name: 'Attached files' });
  await files.getByText('This type can’t be sent.').waitFor();
  // The name says PDF, and the content does not.
  await choose(anna).setInputFiles([text('program.pdf', 'MZ and more')]);
  await files.getByText('The content isn’t what the name says').waitFor();
  await page.evaluate(() => {
    const input = document.querySelector('input[type=file]') as HTMLInputElement;
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(104_857_601)], 'too-large.pdf'));
    input.files = data.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await files.getByText('Larger than 100 MB (104,857,600 bytes).').waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  await picture(page, 'files-refused');
  await anna.say('Only the terms.');
  await vera.sees('Only the terms.');
  await anna.log.getByRole('link', { name: /^Download Terms\.pdf/ }).waitFor();
  await eventually(() => attached(anna).count(), 3);
});

test('F83 a message waits for its file across another chat and a reload, and later messages do not wait for it', async () => {
  const { anna, vera } = await chat(`The catalogue? ${mark}`);
  const { page } = anna;
  // Nothing but the parts of files is held up.
  let released = () => {};
  const free = new Promise<void>((resolve) => (released = resolve));
  await page.route('**/parts/*', async (route) => {
    await free;
    await route.continue().catch(() => undefined);
  });
  await choose(anna).setInputFiles([pdf('Catalogue.pdf', 9_000_000)]);
  await anna.say('Here is the catalogue.');
  await anna.say('It may take a moment.');
  await vera.sees('It may take a moment.');
  await page.getByText('Uploading. The message is sent when its files are ready.').waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  await picture(page, 'files-held');
  expect(await vera.count('Here is the catalogue.')).toBe(0);
  await page.goto(`${base}/workspace`);
  await page.unroute('**/parts/*');
  released();
  await page.reload();
  await vera.sees('Here is the catalogue.');
  expect(await vera.count('Here is the catalogue.')).toBe(1);
  await anna.row('My chats', 'Here is the catalogue.').waitFor();
});
