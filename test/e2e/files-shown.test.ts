/** F86 and F87: images with their viewer, and players. */
import type { Locator, Page } from 'playwright';
import { expect, test } from 'vitest';
import { loaded, picture as image, savedSum, send, sumOf } from './files.ts';
import { mp3, mp4 } from './media.ts';
import { accessibilityOf, Agent, eventually, sidewaysOf, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();

async function chat(question: string): Promise<{ anna: Agent; vera: Visitor }> {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const vera = await Visitor.visit(browser, base);
  await vera.ask(question);
  await anna.take(question);
  return { anna, vera };
}
const view = ({ log }: Agent, name: string) => log.getByRole('button', { name: `View image ${name}` });
const viewer = (page: Page, name: string) => page.getByRole('dialog', { name });
const focusedName = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id ?? '');
/** The scale and the place of an image in the viewer. */
const placeOf = (shown: Locator) =>
  shown.evaluate((element) => {
    const { a, e, f } = new DOMMatrix(getComputedStyle(element).transform);
    return { scale: Math.round(a * 100) / 100, x: Math.round(e), y: Math.round(f) };
  });
/** The places of all elements of the log, to compare before and after images load. */
const heightsOf = ({ log }: Agent) =>
  log.getByRole('article').evaluateAll((articles) => articles.map((each) => Math.round(each.clientHeight)));

test('F86 images have their place before they load, and the viewer is worked by keyboard, pointer and finger', async () => {
  const { anna, vera } = await chat('Is this jacket still in stock?');
  const { page } = anna;
  await vera.chat
    .locator('input[type=file]')
    .setInputFiles([await image(page, 'IMG_20261128_143355.jpg', { width: 900, height: 1600, hue: 150 })]);
  await vera.say('This one, from last winter');
  await anna.log.getByRole('article', { name: 'IMG_20261128_143355.jpg' }).waitFor();
  await send(
    anna,
    [
      await image(page, 'Jacket, front.jpg', { hue: 20 }),
      await image(page, 'Jacket, back.jpg', { hue: 60, width: 800, height: 1000 }),
      await image(page, 'Size table.png', { hue: 200, width: 2400, height: 500, type: 'image/png' }),
      await image(page, 'Zip.jpg', { hue: 280 }),
      await image(page, 'Colours.jpg', { hue: 330, width: 500, height: 2600 }),
    ],
    'Yes, in two colours. Which size do you wear?',
  );
  await send(anna, [
    await image(page, 'Panorama of the shop floor.jpg', { hue: 100, width: 3000, height: 700 }),
  ]);
  await send(anna, [await image(page, 'Label.png', { hue: 300, width: 120, height: 90, type: 'image/png' })]);

  // The same heights with no image loaded as with all.
  await eventually(
    () => loaded(anna.log.getByRole('button', { name: 'View image Label.png' }).locator('img')),
    true,
  );
  const after = await heightsOf(anna);
  await page.route('**/files/*/thumbnail', (route) => route.abort());
  await page.route(/\/files\/[^/?]+$/, (route) => route.abort());
  await page.reload();
  await anna.log.getByRole('button', { name: 'Label.png: the image didn’t load. Try again' }).waitFor();
  await picture(page, 'files-failed');
  expect(await accessibilityOf(page)).toEqual([]);
  await page.unrouteAll();
  await anna.log.getByRole('button', { name: 'Label.png: the image didn’t load. Try again' }).press('Enter');
  await eventually(() => loaded(view(anna, 'Label.png').locator('img')), true);
  await page.reload();
  await eventually(() => loaded(view(anna, 'Label.png').locator('img')), true);
  expect(await heightsOf(anna)).toEqual(after);
  expect(await accessibilityOf(page)).toEqual([]);
  expect(await sidewaysOf(page)).toEqual([]);
  await picture(page, 'files-images');

  // By keyboard: from the message to its images, through all images of the chat, and back.
  await view(anna, 'Jacket, front.jpg').press('Enter');
  const first = viewer(page, 'Jacket, front.jpg');
  await first.getByText('2 of 8').waitFor();
  await first.getByText('You', { exact: true }).waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  for (let tab = 0; tab < 9; tab++) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null)).toBe(true);
  }
  await page.keyboard.press('ArrowLeft');
  await viewer(page, 'IMG_20261128_143355.jpg').getByText('1 of 8').waitFor();
  expect(
    await viewer(page, 'IMG_20261128_143355.jpg').getByRole('button', { name: 'Previous image' }).count(),
  ).toBe(0);
  for (const name of ['Jacket, front.jpg', 'Jacket, back.jpg', 'Size table.png']) {
    await page.keyboard.press('ArrowRight');
    await viewer(page, name).waitFor();
  }
  const table = viewer(page, 'Size table.png').getByRole('img', { name: 'Size table.png' });
  await eventually(() => loaded(table), true);
  await picture(page, 'files-viewer-wide');
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  expect(await placeOf(table)).toEqual({ scale: 2.25, x: 0, y: 0 });
  await page.keyboard.press('-');
  expect(await placeOf(table)).toEqual({ scale: 1.5, x: 0, y: 0 });
  await page.keyboard.press('0');
  expect(await placeOf(table)).toEqual({ scale: 1, x: 0, y: 0 });
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await viewer(page, 'Colours.jpg').waitFor();
  await picture(page, 'files-viewer-tall');

  // By pointer: the wheel and a double click zoom, and a drag moves the image as far as its edge.
  const tall = viewer(page, 'Colours.jpg').getByRole('img', { name: 'Colours.jpg' });
  await eventually(() => loaded(tall), true);
  const box = await tall.boundingBox();
  if (!box) throw new Error('no image');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.wheel(0, -100);
  await eventually(async () => (await placeOf(tall)).scale, 1.2);
  await page.mouse.dblclick(x, y);
  await eventually(() => placeOf(tall), { scale: 1, x: 0, y: 0 });
  await page.mouse.dblclick(x, y);
  await eventually(async () => (await placeOf(tall)).scale, 2.5);
  await page.mouse.down();
  await page.mouse.move(x, y + 90, { steps: 3 });
  await page.mouse.up();
  expect((await placeOf(tall)).y).toBeGreaterThan(60);
  await viewer(page, 'Colours.jpg').getByRole('button', { name: 'Zoom out' }).click();
  await eventually(async () => (await placeOf(tall)).scale < 2.5, true);
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    viewer(page, 'Colours.jpg')
      .getByRole('link', { name: /^Download Colours\.jpg/ })
      .click(),
  ]);
  expect(saved.suggestedFilename()).toBe('Colours.jpg');
  await page.keyboard.press('Escape');
  await eventually(() => page.getByRole('dialog').count(), 0);
  await eventually(() => focusedName(page), 'View image Jacket, front.jpg');

  // A failed image of the viewer.
  await page.route(/\/files\/[^/?]+$/, (route) => route.abort());
  await view(anna, 'Zip.jpg').click();
  const failed = viewer(page, 'Zip.jpg');
  await failed.getByText('The image didn’t load.').waitFor();
  await picture(page, 'files-viewer-failed');
  await page.unrouteAll();
  await failed.getByRole('button', { name: 'Try again' }).click();
  await eventually(() => loaded(failed.getByRole('img', { name: 'Zip.jpg' })), true);
  await failed.getByRole('button', { name: 'Close' }).click();

  // On a phone, by touch.
  await page.setViewportSize({ width: 390, height: 844 });
  const touch = await page.context().newCDPSession(page);
  await touch.send('Emulation.setTouchEmulationEnabled', { enabled: true });
  await view(anna, 'Jacket, back.jpg').click();
  await eventually(
    () => loaded(viewer(page, 'Jacket, back.jpg').getByRole('img', { name: 'Jacket, back.jpg' })),
    true,
  );
  await picture(page, 'files-viewer-phone', [390]);
  expect(await accessibilityOf(page)).toEqual([]);
  const at = (fingers: [number, number][]) => fingers.map(([fx, fy], id) => ({ x: fx, y: fy, id }));
  const swipe = async (from: number, to: number) => {
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at([[from, 500]]) });
    await touch.send('Input.dispatchTouchEvent', {
      type: 'touchMove',
      touchPoints: at([[(from + to) / 2, 502]]),
    });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at([[to, 503]]) });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };
  await swipe(300, 120);
  await viewer(page, 'Size table.png').waitFor();
  await swipe(120, 300);
  const back = viewer(page, 'Jacket, back.jpg').getByRole('img', { name: 'Jacket, back.jpg' });
  await eventually(() => loaded(back), true);
  const pinch: [string, [number, number][]][] = [
    [
      'touchStart',
      [
        [180, 500],
        [210, 500],
      ],
    ],
    [
      'touchMove',
      [
        [165, 500],
        [225, 500],
      ],
    ],
    [
      'touchMove',
      [
        [150, 500],
        [240, 500],
      ],
    ],
    ['touchEnd', []],
  ];
  for (const [type, fingers] of pinch)
    await touch.send('Input.dispatchTouchEvent', { type: type as 'touchMove', touchPoints: at(fingers) });
  await eventually(async () => (await placeOf(back)).scale > 1.5, true);
  await viewer(page, 'Jacket, back.jpg').getByRole('button', { name: 'Close' }).click();
  await eventually(() => page.getByRole('dialog').count(), 0);
  expect(await sidewaysOf(page)).toEqual([]);
  // Loads that the test refused are reported as errors of the page.
  expect(anna.errors.filter((error) => !error.includes('net::ERR_FAILED'))).toEqual([]);
});

test('F86 audio and video play in place, one at a time, and a long file is loaded by ranges', async () => {
  const { anna } = await chat('How do I close the zip?');
  const { page } = anna;
  const ranges: { range: string; status: number }[] = [];
  page.on('response', (response) => {
    const range = response.request().headers()['range'];
    if (range !== undefined && /\/files\//.test(response.url()))
      ranges.push({ range, status: response.status() });
  });
  const video = await mp4(
    page,
    'How to close the zip — short instruction for the shop’s customers.mp4',
    6_000_000,
  );
  await send(
    anna,
    [mp3('Voice message 12.mp3', 30), video],
    'Here is a short video, and the same as a voice message.',
  );
  const [audioOf, videoOf] = [anna.log.locator('audio'), anna.log.locator('video')];
  const duration = (of: Locator) => of.evaluate((media) => Math.round((media as HTMLMediaElement).duration));
  await eventually(() => duration(audioOf), 30);
  await eventually(() => duration(videoOf), 3);
  expect(await accessibilityOf(page)).toEqual([]);
  expect(await sidewaysOf(page)).toEqual([]);
  await picture(page, 'files-players');
  const beyond = ranges.filter(({ range }) => !range.startsWith('bytes=0-'));
  expect(beyond.length).toBeGreaterThan(0);
  expect(ranges.every(({ status }) => status === 206)).toBe(true);
  await videoOf.evaluate(
    (media) =>
      new Promise((resolve) => {
        media.addEventListener('seeked', resolve, { once: true });
        (media as HTMLMediaElement).currentTime = 2;
      }),
  );
  const play = (of: Locator) => of.evaluate((media) => (media as HTMLMediaElement).play());
  const paused = (of: Locator) => of.evaluate((media) => (media as HTMLMediaElement).paused);
  await play(audioOf);
  expect(await paused(audioOf)).toBe(false);
  await play(videoOf);
  await eventually(() => paused(audioOf), true);

  // Within a player the arrows are its own; from the message they go to other messages.
  await audioOf.focus();
  await page.keyboard.press('ArrowUp');
  expect(await page.evaluate(() => document.activeElement?.localName)).toBe('audio');

  await page.route(/\/files\/[^/?]+$/, (route) => route.abort());
  await page.reload();
  await anna.log.getByText('The file can’t be played.').nth(1).waitFor();
  await picture(page, 'files-players-failed');
  expect(await accessibilityOf(page)).toEqual([]);
  await page.unrouteAll();
  await anna.log.getByRole('button', { name: 'Try again' }).first().press('Enter');
  await eventually(() => duration(audioOf), 30);
  await anna.log.getByRole('button', { name: 'Try again' }).press('Enter');
  await eventually(() => duration(videoOf), 3);
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    anna.log.getByRole('link', { name: /^Download How to close the zip/ }).click(),
  ]);
  expect(await savedSum(saved)).toBe(sumOf(video.buffer));
  expect(anna.errors.filter((error) => !error.includes('net::ERR_FAILED'))).toEqual([]);
});
