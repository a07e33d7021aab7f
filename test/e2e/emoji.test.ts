/** The grid of emoji in the workspace and in the widget, by keyboard and in Russian. */
import type { Locator, Page } from 'playwright';
import { expect, test } from 'vitest';
import { accessibilityOf, Agent, sidewaysOf, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();

const clean = async (page: Page) => ({ wide: await sidewaysOf(page), found: await accessibilityOf(page) });
const focused = (at: Locator) => at.evaluate((element) => element === document.activeElement);

test('F70 an agent finds an emoji by keyboard: it is inserted at the caret, and the next opening remembers it', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Has my parcel left?');
  await anna.take('Has my parcel left?');
  const { page, composer } = anna;
  await composer.fill('Yes , today');
  await composer.evaluate((box: HTMLTextAreaElement) => box.setSelectionRange(4, 4));
  await composer.press('Control+.');
  const picker = page.getByRole('dialog', { name: 'Emoji' });
  const search = picker.getByRole('searchbox', { name: 'Search emoji' });
  await expect.poll(() => focused(search)).toBe(true);
  expect(await picker.getByRole('tab').count()).toBe(9);
  expect(await picker.getByRole('tab', { name: 'Smileys' }).getAttribute('aria-selected')).toBe('true');
  await picture(page, 'emoji');
  expect(await clean(page)).toEqual({ wide: [], found: [] });

  // Enter in the search takes the best one, and the caret is after it.
  await search.pressSequentially('thumbs u');
  await picker.getByRole('gridcell', { name: 'thumbs up' }).waitFor();
  await picture(page, 'emoji-search');
  expect(await clean(page)).toEqual({ wide: [], found: [] });
  await search.press('Enter');
  await expect.poll(() => focused(composer)).toBe(true);
  expect(await picker.count()).toBe(0);
  await page.keyboard.type('!');
  expect(await composer.inputValue()).toBe('Yes 👍!, today');
  await composer.press('Control+z');
  await composer.press('Control+z');
  expect(await composer.inputValue()).toBe('Yes , today');

  // Escape returns to the text as it was.
  await composer.press('Control+.');
  await expect.poll(() => focused(search)).toBe(true);
  expect(await picker.getByRole('tab', { name: 'Recent' }).getAttribute('aria-selected')).toBe('true');
  expect(await picker.getByRole('gridcell').allInnerTexts()).toEqual(['👍']);
  await search.press('Escape');
  await expect.poll(() => focused(composer)).toBe(true);
  expect(await composer.inputValue()).toBe('Yes , today');

  // The arrows move in the groups and in the grid; Shift+Enter inserts several.
  await composer.press('End');
  await page.getByRole('button', { name: 'Emoji' }).click();
  await picker.getByRole('tab', { name: 'Recent' }).focus();
  await page.keyboard.press('ArrowRight');
  const panel = picker.getByRole('tabpanel', { name: 'Smileys' });
  await panel.waitFor();
  expect(await focused(picker.getByRole('tab', { name: 'Smileys' }))).toBe(true);
  await search.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  const cells = picker.getByRole('gridcell');
  const [tenth = '', eleventh = ''] = (await cells.allInnerTexts()).slice(9, 11);
  expect(await focused(cells.nth(9))).toBe(true);
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(composer)).toBe(true);
  expect(await composer.inputValue()).toBe(`Yes , today${tenth}${eleventh}`);
  // A letter in the grid goes to the search.
  await composer.press('Control+.');
  await expect.poll(() => focused(search)).toBe(true);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.type('rocket');
  expect(await search.inputValue()).toBe('rocket');
  // The skin tone of people stays on this device.
  await search.fill('raised hand');
  await picker.getByRole('radio', { name: 'Medium-dark' }).check();
  await picker.getByRole('gridcell', { name: 'raised hand', exact: true }).click();
  expect(await composer.inputValue()).toBe(`Yes , today${tenth}${eleventh}✋🏾`);
  await composer.press('Enter');
  await visitor.sees(`Yes , today${tenth}${eleventh}✋🏾`);

  // In notes too; nothing else is written with the focus in the picker.
  await composer.press('Alt+n');
  await anna.note.press('Control+.');
  await expect.poll(() => focused(search)).toBe(true);
  await search.fill('no such emoji');
  await picker.getByText('No emoji found').first().waitFor();
  await search.press('Enter');
  expect(await picker.count()).toBe(1);
  await search.fill('bell');
  await picker.getByRole('gridcell', { name: 'bell', exact: true }).click();
  expect(await anna.note.inputValue()).toBe('🔔');
  // The picker closes as the focus leaves it.
  await anna.note.press('Control+.');
  await expect.poll(() => focused(search)).toBe(true);
  await page.getByRole('tab', { name: 'Reply' }).focus();
  await expect.poll(() => picker.count()).toBe(0);
  expect(await focused(page.getByRole('tab', { name: 'Reply' }))).toBe(true);
  expect([anna.errors, visitor.errors]).toEqual([[], []]);
});

test('F70 a visitor finds an emoji by keyboard, in a low frame and without storage', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  // As where a browser gives a frame of another site no storage.
  await context.addInitScript(() => {
    const denied = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    Object.defineProperty(window, 'localStorage', { get: denied });
    Object.defineProperty(window, 'sessionStorage', { get: denied });
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(`${base}/demo`);
  await page.getByRole('button', { name: 'Chat' }).click();
  const chat = page.frameLocator('iframe[title="Chat"]');
  const composer = chat.getByRole('textbox', { name: 'Message' });
  const opener = chat.getByRole('button', { name: 'Emoji' });
  const panel = chat.getByRole('dialog', { name: 'Emoji' });
  const search = panel.getByRole('searchbox', { name: 'Search emoji' });
  await composer.fill('Thanks , bye');
  await composer.evaluate((box: HTMLTextAreaElement) => box.setSelectionRange(7, 7));
  await opener.waitFor();
  // The button for files comes first.
  await composer.press('Tab');
  await page.keyboard.press('Tab');
  await expect.poll(() => focused(opener)).toBe(true);
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(search)).toBe(true);
  expect(await panel.getByRole('tab').count()).toBe(9);
  await picture(page, 'widget-emoji');
  expect(await accessibilityOf(page)).toEqual([]);
  await page.keyboard.type('thumbs up');
  await panel.getByRole('gridcell', { name: 'thumbs up' }).waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(composer)).toBe(true);
  expect(await panel.count()).toBe(0);
  await page.keyboard.type('!');
  expect(await composer.inputValue()).toBe('Thanks 👍!, bye');

  // The frame remembers it, and Escape returns to the text; the chat stays open.
  await opener.click();
  await panel.getByRole('tabpanel', { name: 'Recent' }).getByRole('gridcell').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => focused(composer)).toBe(true);
  expect(await panel.count()).toBe(0);
  expect(await composer.isVisible()).toBe(true);

  // In a low frame the panel ends above it. Shift inserts several.
  await page.setViewportSize({ width: 1280, height: 320 });
  await composer.press('End');
  await opener.click();
  await expect.poll(() => focused(search)).toBe(true);
  const [box, list] = [await panel.boundingBox(), await panel.getByRole('tabpanel').boundingBox()];
  expect(box?.y).toBeGreaterThanOrEqual(0);
  expect(list?.height).toBeGreaterThan(60);
  await panel.getByRole('tab', { name: 'Recent' }).focus();
  await page.keyboard.press('End');
  await panel.getByRole('tabpanel', { name: 'Flags' }).waitFor();
  expect(await focused(panel.getByRole('tab', { name: 'Flags' }))).toBe(true);
  await search.focus();
  await page.keyboard.press('ArrowDown');
  const [first = '', second = ''] = await panel.getByRole('gridcell').allInnerTexts();
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  expect(await composer.inputValue()).toBe(`Thanks 👍!, bye${first}${second}`);
  expect(errors).toEqual([]);
});

test('F70 where the emoji cannot be loaded, both sides say so and try again', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Is anybody there?');
  await anna.take('Is anybody there?');
  const offline = async (page: Page, files: string) => {
    await page.route(files, (route) => route.abort());
    return () => page.unroute(files);
  };
  const back = await offline(anna.page, '**/_app/immutable/**');
  await anna.composer.press('Control+.');
  const picker = anna.page.getByRole('dialog', { name: 'Emoji' });
  await picker.getByText('Couldn’t load the emoji. Check your connection.').waitFor();
  expect(await clean(anna.page)).toEqual({ wide: [], found: [] });
  await back();
  await picker.getByRole('button', { name: 'Try again' }).click();
  await picker.getByRole('gridcell', { name: 'grinning face', exact: true }).waitFor();

  const returned = await offline(visitor.page, '**/widget/assets/emoji-*');
  const panel = visitor.chat.getByRole('dialog', { name: 'Emoji' });
  await visitor.chat.getByRole('button', { name: 'Emoji' }).click();
  await panel.getByText('Couldn’t load the emoji.').waitFor();
  await returned();
  await panel.getByRole('button', { name: 'Retry' }).click();
  await panel.getByRole('gridcell', { name: 'grinning face', exact: true }).waitFor();
});

test('F70 in Russian emoji are found by Russian names, in the workspace by English ones too', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const context = await browser.newContext({ locale: 'ru-RU', viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  await page.goto(`${base}/demo`);
  const visitor = { page, chat: page.frameLocator('iframe') };
  await page.getByRole('button', { name: /Чат|Chat/ }).click();
  const opener = visitor.chat.getByRole('button', { name: 'Эмодзи' });
  await opener.click();
  const panel = visitor.chat.getByRole('dialog', { name: 'Эмодзи' });
  const search = panel.getByRole('searchbox', { name: 'Поиск эмодзи' });
  await search.fill('больш пал');
  await panel.getByRole('gridcell', { name: 'большой палец вверх' }).waitFor();
  await picture(page, 'widget-emoji-ru', [390]);
  expect(await clean(page)).toEqual({ wide: [], found: [] });
  await search.press('Enter');
  const composer = visitor.chat.getByRole('textbox', { name: 'Сообщение' });
  await expect.poll(() => composer.inputValue()).toBe('👍');
  await composer.press('Enter');

  await anna.take('👍');
  await anna.page.evaluate(() => localStorage.setItem('parley.language', 'ru'));
  await anna.page.reload();
  const reply = anna.page.getByRole('textbox', { name: 'Сообщение' });
  const picker = anna.page.getByRole('dialog', { name: 'Эмодзи' });
  for (const query of ['ракета', 'rocket']) {
    await reply.press('Control+.');
    await picker.getByRole('searchbox').fill(query);
    await picker.getByRole('gridcell', { name: 'ракета', exact: true }).waitFor();
    await picture(anna.page, `emoji-ru-${query}`);
    expect(await clean(anna.page)).toEqual({ wide: [], found: [] });
    await picker.getByRole('searchbox').press('Enter');
    await expect.poll(() => focused(reply)).toBe(true);
  }
  expect(await reply.inputValue()).toBe('🚀🚀');
  expect(anna.errors).toEqual([]);
});

test('F70 emoji of several characters arrive unchanged: sent, typed, quoted, edited, in notes, drafts, lists and the history', async () => {
  /** Joined people, a flag of colours, a country, a keycap, skin tones, a sign that is text by itself. */
  const signs = '👩‍❤️‍💋‍👨🏳️‍🌈🇷🇺7️⃣*️⃣*️⃣👍🏽🧑🏿‍🤝‍🧑🏻☺️🏴󠁧󠁢󠁳󠁣󠁴󠁿';
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask(`Ask ${signs}`);
  await anna.take(`Ask ${signs}`);
  await anna.sees(`Ask ${signs}`);
  await anna.row('My chats', `Ask ${signs}`).waitFor();

  // The sneak preview, the answer, and an edit of it.
  await visitor.composer.fill(`Typed ${signs}`);
  await anna.page.getByText(`Typed ${signs}`).waitFor();
  await anna.say(`Answer ${signs}`);
  await visitor.sees(`Answer ${signs}`);
  await anna.composer.press('ArrowUp');
  expect(await anna.composer.inputValue()).toBe(`Answer ${signs}`);
  await anna.composer.fill(`Edited ${signs}`);
  await anna.composer.press('Enter');
  await visitor.sees(`Edited ${signs}`);

  // A quote.
  const asked = anna.log.getByRole('article').filter({ hasText: `Ask ${signs}` });
  await asked.hover();
  await asked.locator('xpath=ancestor::li').getByRole('button', { name: 'Reply' }).click();
  await anna.say('In reply.');
  await visitor.sees('In reply.');
  expect(await visitor.chat.getByRole('button', { name: /Ask/ }).filter({ hasText: signs }).count()).toBe(1);

  // The draft of a reply and a note.
  await anna.composer.fill(`Draft ${signs}`);
  await anna.composer.press('Alt+n');
  await anna.note.fill(`Note ${signs}`);
  await anna.note.press('Enter');
  await anna.log.getByText(`Note ${signs}`).waitFor();
  await anna.page.reload();
  await anna.page.getByRole('tab', { name: 'Reply' }).click();
  await expect.poll(() => anna.composer.inputValue()).toBe(`Draft ${signs}`);

  // The preview beside the closed button.
  await visitor.composer.fill('');
  await visitor.page.keyboard.press('Escape');
  await anna.composer.fill(`Preview ${signs}`);
  await anna.composer.press('Enter');
  await visitor.page.getByText(`Preview ${signs}`).waitFor();

  // The history.
  await anna.endChat();
  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test', '/console');
  await sofia.page.getByRole('link', { name: 'Chats' }).click();
  const row = sofia.page.getByRole('row').filter({ hasText: `Preview ${signs}` });
  await expect
    .poll(
      async () => {
        await sofia.page.reload();
        await sofia.page.getByRole('table').waitFor();
        return row.count();
      },
      { interval: 500 },
    )
    .toBe(1);
  await row.getByRole('link').click();
  await sofia.sees(`Ask ${signs}`);
  await sofia.sees(`Edited ${signs}`);
  await sofia.log.getByText(`Note ${signs}`).waitFor();
  expect([visitor.errors, anna.errors, sofia.errors]).toEqual([[], [], []]);
});
