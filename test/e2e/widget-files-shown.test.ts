/** F83, F86 and F87: a visitor sees, opens, plays and saves the files of messages. */
import { expect, test } from 'vitest';
import { mp3 } from './media.ts';
import { loaded, pdf, picture as image, savedSum, sumOf, text } from './files.ts';
import { accessibilityOf, Agent, eventually, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
const mark = Math.random().toString(36).slice(2, 8);
/** An agent has to be available: the chat would ask for an email first. */
const anna = await Agent.signIn(browser, base, 'anna@demo.test');
const choose = ({ chat }: Visitor) => chat.locator('input[type=file]');
const attached = ({ chat }: Visitor) =>
  chat.getByRole('list', { name: 'Attached files' }).getByRole('listitem');

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
  let release = () => {};
  const free = new Promise<void>((resolve) => (release = resolve));
  await vera.page.route(/\/files\/[^/?]+\?/, async (route) => {
    await free;
    await route.continue();
  });
  await vera.page.keyboard.press('ArrowLeft');
  await vera.chat.getByRole('dialog', { name: 'Screenshot.png' }).waitFor();
  const large = vera.chat.getByRole('dialog').locator('img');
  await large.waitFor({ state: 'attached' });
  // Before the image is loaded it has no size to enlarge.
  await vera.page.keyboard.press('+');
  release();
  await eventually(() => loaded(large), true);
  const fitting = (await large.boundingBox())?.width ?? 0;
  await vera.page.keyboard.press('+');
  await eventually(async () => Math.round((((await large.boundingBox())?.width ?? 0) / fitting) * 10), 15);
  await picture(vera.page, 'widget-viewer-large');
  const [original] = await Promise.all([
    vera.page.waitForEvent('download'),
    vera.chat
      .getByRole('dialog')
      .getByRole('button', { name: /^Download Screenshot\.png/ })
      .click(),
  ]);
  expect(await savedSum(original)).toBe(sumOf(shot.buffer));
  await vera.page.keyboard.press('Escape');
  await eventually(() => vera.chat.getByRole('dialog').count(), 0);
  // The focus is back where the viewer was opened.
  const opener = vera.chat.getByRole('button', { name: 'View image The right menu.jpg' });
  await eventually(() => opener.evaluate((button) => button === document.activeElement), true);
  const [saved] = await Promise.all([
    vera.page.waitForEvent('download'),
    vera.chat.getByRole('button', { name: /^Download Manual/ }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe('Manual of the shop, as of December.pdf');
  expect(await savedSum(saved)).toBe(sumOf(pdf('').buffer));
  expect([...vera.errors, ...anna.errors]).toEqual([]);
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
  await eventually(() => loaded(shown.locator('img')), true);
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

test('S5 a large image without a small one is loaded on no side before it is opened', async () => {
  const vera = await Visitor.visit(browser, base);
  await vera.ask(`A large one ${mark}`);
  // An attacker's client sends none.
  await vera.page.route('**/thumbnail?*', (route) =>
    route.fulfill({ status: 400, json: { refused: 'bad_request', message: '' } }),
  );
  const asked: string[] = [];
  for (const { page } of [vera, anna])
    page.on('request', (request) => {
      if (request.method() === 'GET' && /\/files\/fil_/.test(request.url())) asked.push(request.url());
    });
  const large = await image(vera.page, 'Map.png', { width: 2_600, height: 1_800, type: 'image/png' });
  await choose(vera).setInputFiles([large]);
  await vera.say(`Without a small one ${mark}`);
  await anna.take(`Without a small one ${mark}`);
  for (const { page, shown } of [
    {
      page: vera.page,
      shown: vera.chat.getByRole('log').getByRole('button', { name: 'View image Map.png' }),
    },
    { page: anna.page, shown: anna.log.getByRole('button', { name: 'View image Map.png' }) },
  ]) {
    await shown.getByText('Map.png').waitFor();
    expect(await accessibilityOf(page)).toEqual([]);
    expect(await shown.locator('img').count()).toBe(0);
  }
  await picture(vera.page, 'widget-heavy', [1440, 390]);
  await picture(anna.page, 'files-heavy', [1440, 390]);
  expect(asked).toEqual([]);
  await vera.chat.getByRole('button', { name: 'View image Map.png' }).press('Enter');
  await eventually(() => loaded(vera.chat.getByRole('dialog').locator('img')), true);
  await anna.log.getByRole('button', { name: 'View image Map.png' }).press('Enter');
  await eventually(() => loaded(anna.page.getByRole('dialog').getByRole('img', { name: 'Map.png' })), true);
  for (const { page, viewers } of [
    { page: vera.page, viewers: vera.chat.getByRole('dialog') },
    { page: anna.page, viewers: anna.page.getByRole('dialog') },
  ]) {
    await page.keyboard.press('Escape');
    await eventually(() => viewers.count(), 0);
  }
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
  await choose(vera).setInputFiles([shot, mp3('Voice.mp3', 1), pdf('Receipt.pdf')]);
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
  expect(await savedSum(saved)).toBe(sumOf(pdf('').buffer));
  expect(vera.errors).toEqual([]);
});

test('F83 F86 sound plays in place, and several images are a grid', async () => {
  const vera = await Visitor.visit(browser, base);
  await vera.open();
  const images = [];
  for (const hue of [20, 90, 160])
    images.push(await image(vera.page, `Tent ${hue}.jpg`, { hue, width: 900, height: 1200 }));
  await choose(vera).setInputFiles([...images, mp3('Melody.mp3', 1), pdf('Price list.pdf')]);
  await vera.say('Listen');
  const player = vera.chat.locator('audio[aria-label="Melody.mp3"]');
  const playable = (element: HTMLAudioElement) => element.readyState > 0 && element.duration > 0.9;
  await eventually(() => player.evaluate(playable), true);
  await vera.chat.getByRole('button', { name: /^Download Melody\.mp3/ }).waitFor();
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
  await vera.chat.getByRole('button', { name: /^Download Price list\.pdf/ }).waitFor();
  expect(vera.errors).toEqual([]);
});
