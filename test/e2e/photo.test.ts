/** A user's photo, from the chosen file to the picture in a visitor's widget. */
import type { Locator, Page } from 'playwright';
import { expect, test } from 'vitest';
import { accessibilityOf, Agent, eventually, Visitor } from './people.ts';
import { stage } from './stage.ts';

const { base, browser } = await stage();

/** A picture as from a camera, red on the left and blue on the right. */
async function picture(page: Page): Promise<Buffer> {
  const address = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [1200, 600];
    const context = canvas.getContext('2d');
    for (const [color, at] of [
      ['#c00', 0],
      ['#00c', 600],
    ] as const) {
      if (context) context.fillStyle = color;
      context?.fillRect(at, 0, 600, 600);
    }
    return canvas.toDataURL('image/png');
  });
  return Buffer.from(address.split(',')[1] ?? '', 'base64');
}

async function choose(page: Page, name: string, buffer: Buffer, button = 'Choose photo'): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: button }).click();
  await (await chooser).setFiles({ name, mimeType: 'image/png', buffer });
}

/** The side of the picture that is shown in an avatar; 0 if the avatar shows letters. */
const faceOf = (within: Locator) => async () => {
  const image = within.locator('img').first();
  if ((await image.count()) === 0) return 0;
  return image.evaluate((face) => (face as HTMLImageElement).naturalWidth);
};

test('F186 F187: a photo is chosen, cropped by keyboard, shown to its user and to a visitor, until it is turned off', async () => {
  const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/workspace');
  const { page } = admin;
  await page.goto(`${base}/profile`);
  const rail = page.getByRole('button', { name: 'Alex Moreau, user menu' });
  expect(await faceOf(rail)()).toBe(0);

  await choose(page, 'notes.txt', Buffer.from('no picture'));
  await page.getByText('This file isn’t an image your browser can open.').waitFor();
  await choose(page, 'large.png', Buffer.alloc(20 * 1_048_576 + 1));
  await page.getByText('This file is larger than 20 MB').waitFor();

  await page.setViewportSize({ width: 390, height: 800 });
  await choose(page, 'portrait.png', await picture(page));
  const dialog = page.getByRole('dialog', { name: 'Crop photo' });
  const section = dialog.getByRole('application', { name: 'Crop area' });
  expect(await accessibilityOf(page)).toEqual([]);
  await section.focus();
  for (const key of ['+', '+', '-', 'ArrowUp']) await page.keyboard.press(key);
  // As far left as possible.
  for (let i = 0; i < 10; i++) await page.keyboard.press('Shift+ArrowRight');
  expect(Number(await dialog.getByLabel('Zoom').inputValue())).toBeCloseTo(1.1);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Photo saved').waitFor();
  await page.setViewportSize({ width: 1440, height: 900 });
  await eventually(faceOf(rail), 256);
  const color = await rail.locator('img').evaluate((face) => {
    const context = document.createElement('canvas').getContext('2d');
    context?.drawImage(face as HTMLImageElement, 0, 0);
    return [...(context?.getImageData(200, 128, 1, 1).data ?? [])].map((value) => Math.round(value / 64));
  });
  expect(color).toEqual([3, 0, 0, 4]);
  expect(await accessibilityOf(page)).toEqual([]);

  const mark = Math.random().toString(36).slice(2, 8);
  await page.goto(`${base}/workspace`);
  // An online agent: without one, the questions would be left for later.
  await Agent.signIn(browser, base, 'anna@demo.test');
  const ada = await Visitor.visit(browser, base);
  await ada.ask(`Do I know you? ${mark}`);
  await admin.take(`Do I know you? ${mark}`);
  const face = ada.chat.locator('.bar .face');
  await eventually(faceOf(face), 256);

  const ben = await Agent.signIn(browser, base, 'ben@demo.test');
  const row = ben.row('Team chats', `Do I know you? ${mark}`);
  await row.getByText('Alex Moreau').waitFor();
  await eventually(faceOf(row.locator('.with')), 256);
  await ben.page.context().close();

  await page.goto(`${base}/console/users?search=admin@demo.test`);
  await page.getByRole('link', { name: 'Alex Moreau' }).click();
  await page.getByLabel('Show photo to visitors').uncheck();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved', { exact: true }).first().waitFor();
  // The user's own page continues to show it.
  await eventually(faceOf(rail), 256);
  const bo = await Visitor.visit(browser, base);
  await bo.ask(`And I? ${mark}`);
  await page.goto(`${base}/workspace`);
  await admin.take(`And I? ${mark}`);
  await bo.chat.getByRole('heading', { name: 'Alex' }).waitFor();
  expect(await faceOf(bo.chat.locator('.bar .face'))()).toBe(0);

  await page.goto(`${base}/profile`);
  await page.getByRole('button', { name: 'Delete photo' }).click();
  await page.getByText('Photo deleted').waitFor();
  await eventually(faceOf(rail), 0);
  expect([...admin.errors, ...ada.errors, ...ben.errors, ...bo.errors]).toEqual([]);
});
