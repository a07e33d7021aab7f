/** The composer of the workspace as a tool: its tabs, its bar and its size, by keyboard and by pointer. */
import type { Locator } from 'playwright';
import { expect, test } from 'vitest';
import { accessibilityOf, Agent, sidewaysOf, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();

const clean = async ({ page }: Agent) => ({
  wide: await sidewaysOf(page),
  found: await accessibilityOf(page),
});
const height = async (box: Locator) => (await box.boundingBox())?.height ?? 0;
const focused = (at: Locator) => at.evaluate((element) => element === document.activeElement);

test('F69 the composer: tabs by keyboard, keys on the screen, a height that is remembered, and the reason when it is closed', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Do you ship to Norway?');
  await anna.take('Do you ship to Norway?');
  const { page, composer } = anna;
  const tab = (name: string) => page.getByRole('tab', { name: new RegExp(`^${name}`) });
  expect(await page.getByRole('tabpanel', { name: 'Reply' }).getByRole('textbox').count()).toBe(1);
  await picture(page, 'composer-empty');

  // The arrow keys change the tab and stay on the tabs; a click goes on to the text.
  await tab('Reply').focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('tabpanel', { name: 'Note' }).waitFor();
  expect(await focused(tab('Note'))).toBe(true);
  await page.keyboard.press('ArrowRight');
  await page.getByRole('tabpanel', { name: 'Reply' }).waitFor();
  expect(await focused(tab('Reply'))).toBe(true);
  await tab('Note').click();
  await expect.poll(() => focused(anna.note)).toBe(true);
  await anna.note.fill('Norway is in zone 3.');
  await picture(page, 'composer-note');
  expect(await clean(anna)).toEqual({ wide: [], found: [] });
  await tab('Reply').click();

  // The box grows with its text; the handle sets its height.
  const own = await height(composer);
  await composer.fill('Yes, we do.\nIt takes **three** days.\nAnything else?');
  await expect.poll(() => height(composer)).toBeGreaterThan(own);
  const handle = page.getByRole('separator', { name: 'Height of the text box' });
  await handle.focus();
  await page.keyboard.press('End');
  const most = Number(await handle.getAttribute('aria-valuemax'));
  await expect.poll(() => height(composer)).toBe(most);
  await picture(page, 'composer-tall');
  expect(await clean(anna)).toEqual({ wide: [], found: [] });
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => height(composer)).toBe(most - 20);
  await page.keyboard.press('Home');
  await expect.poll(() => handle.getAttribute('aria-valuetext')).toBe('Automatic');
  const grown = await height(composer);
  const at = await handle.boundingBox();
  if (!at) throw new Error('no handle');
  await page.mouse.move(at.x + 200, at.y + at.height / 2);
  await page.mouse.down();
  await page.mouse.move(at.x + 200, at.y + at.height / 2 - 100, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => height(composer)).toBe(Math.round(grown + 100));
  // The height is that of the device: of notes too, and after a reload.
  await composer.press('Alt+n');
  await expect.poll(() => height(anna.note)).toBe(Math.round(grown + 100));
  await page.reload();
  await expect.poll(() => height(anna.note)).toBe(Math.round(grown + 100));
  // In the same instant as the key that closes a dialog, the key for the other tab is not lost.
  await handle.focus();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.evaluate(() => {
    const press = (change: KeyboardEventInit) =>
      document.activeElement?.dispatchEvent(
        new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...change }),
      );
    press({ key: 'Escape' });
    return Promise.resolve().then(() => press({ key: 'n', code: 'KeyN', altKey: true }));
  });
  await composer.waitFor();
  await expect.poll(() => focused(composer)).toBe(true);
  await expect.poll(() => height(composer)).toBe(Math.round(grown + 100));
  await handle.dblclick();
  await expect.poll(() => height(composer)).toBe(grown);

  // On a narrow screen the format is behind a button, and the bar is one row.
  await page.setViewportSize({ width: 390, height: 844 });
  const bold = page.getByRole('button', { name: 'Bold' });
  expect(await bold.isVisible()).toBe(false);
  await page.getByRole('button', { name: 'Formatting' }).click();
  await bold.click();
  expect(await composer.inputValue()).toMatch(/\*\*$/);
  await page.setViewportSize({ width: 1440, height: 900 });

  // The list of shortcuts has each of them.
  await handle.focus();
  await page.keyboard.press('?');
  const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await list.waitFor();
  expect(await list.getByRole('term').allInnerTexts()).toEqual(
    expect.arrayContaining(['Switch between reply and note', 'Bold, italic, code, link, in the message box']),
  );
  await picture(page, 'shortcuts');
  await page.keyboard.press('Escape');

  // Another agent takes the chat: the reason and the unsent text are shown, and a note is still possible.
  await composer.fill('Yes, within three days.');
  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test');
  await sofia.page.goto(page.url());
  await sofia.page.getByRole('button', { name: 'More' }).click();
  await sofia.page.getByRole('menuitem', { name: 'Take over' }).click();
  await expect.poll(() => composer.isDisabled()).toBe(true);
  const panel = page.getByRole('tabpanel', { name: 'Reply' });
  await panel.getByText('This chat is now assigned to').waitFor();
  expect(await panel.innerText()).toContain('Yes, within three days.');
  expect(await handle.count()).toBe(0);
  await picture(page, 'composer-off');
  expect(await clean(anna)).toEqual({ wide: [], found: [] });
  await tab('Note').click();
  await anna.note.fill('Handed over.');
  await anna.note.press('Enter');
  await sofia.log.getByText('Handed over.').waitFor();
  expect([anna.errors, sofia.errors, visitor.errors]).toEqual([[], [], []]);
});

test('F69 Enter that ends a composition sends nothing, also where the browser reports it just after the end', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Is the shop open today?');
  await anna.take('Is the shop open today?');
  const { composer } = anna;
  await composer.fill('はい');
  await composer.evaluate((box) => {
    box.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: 'はい' }));
    box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  });
  expect(await composer.inputValue()).toBe('はい');
  await composer.press('Enter');
  await visitor.sees('はい');
  expect(await composer.inputValue()).toBe('');
});
