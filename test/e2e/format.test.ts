/** F69 F71 The format of messages, from both sides. */
import type { Locator } from 'playwright';
import { beforeAll, expect, test } from 'vitest';
import { accessibilityOf, Agent, eventually, sidewaysOf, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
let anna: Agent;
beforeAll(async () => {
  anna = await Agent.signIn(browser, base, 'anna@demo.test');
});

/** The elements of the last bubble, in order: their name and text. */
const styles = (bubble: Locator): Promise<string[]> =>
  bubble.evaluate((element) =>
    [...element.querySelectorAll('b, strong, i, em, code, a, bdi')].map(
      ({ localName, textContent }) => `${localName} ${textContent}`,
    ),
  );

test('F69 F71 agent and visitor format by keyboard; both see it, and one-line previews show plain text', async () => {
  const visitor = await Visitor.visit(browser, base);
  await visitor.open();
  await visitor.composer.pressSequentially('Is **size 44** in stock? *Not* a_b_c, 2*3*4');
  await visitor.composer.press('Enter');
  await visitor.chat.getByRole('button', { name: 'Skip' }).press('Enter');
  const asked = 'Is size 44 in stock? Not a_b_c, 2*3*4';
  await eventually(() => visitor.chat.getByRole('log').getByText(asked, { exact: true }).count(), 1);
  await anna.take(asked);
  expect(await styles(anna.log.locator('.bubble').last())).toEqual(['strong size 44', 'em Not']);
  expect(await styles(visitor.chat.locator('.bubble').last())).toEqual(['b size 44', 'i Not']);

  const { composer, page } = anna;
  const value = () => composer.inputValue();
  const preview = page.getByRole('group', { name: 'Preview' });
  await composer.pressSequentially('Yes, ');
  expect(await preview.count()).toBe(0);
  // A style for what is typed next; the same key ends it.
  await composer.press('Control+b');
  await composer.pressSequentially('two pairs');
  expect(await value()).toBe('Yes, **two pairs**');
  await preview.getByText('two pairs').waitFor();
  await composer.press('Control+b');
  await composer.pressSequentially(' with WINTER10');
  // The word at the caret, and undo by the browser's own history.
  await composer.press('Control+e');
  expect(await value()).toBe('Yes, **two pairs** with `WINTER10`');
  await composer.press('Control+z');
  expect(await value()).toBe('Yes, **two pairs** with WINTER10');
  await composer.press('Control+e');
  // A selection, on and off again.
  await composer.press('Control+a');
  await composer.press('Control+i');
  expect(await value()).toBe('_Yes, **two pairs** with `WINTER10`_');
  await composer.press('Control+i');
  expect(await value()).toBe('Yes, **two pairs** with `WINTER10`');

  // A link: the selected word is its text.
  await composer.press('Control+End');
  await composer.pressSequentially(' or returns');
  await composer.press('Control+Shift+ArrowLeft');
  await composer.press('Control+k');
  const dialog = page.getByRole('dialog', { name: 'Insert link' });
  const address = dialog.getByLabel('Address');
  await expect.poll(() => address.evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await dialog.getByLabel('Text').inputValue()).toBe('returns');
  await page.keyboard.type('javascript:alert(1)');
  await page.keyboard.press('Enter');
  await dialog.getByText('Enter a web address').waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  await picture(page, 'format-link');
  await address.fill('shop.example/returns');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  const written = 'Yes, **two pairs** with `WINTER10` or [returns](https://shop.example/returns)';
  await expect.poll(value).toBe(written);
  await expect.poll(() => composer.evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await accessibilityOf(page)).toEqual([]);
  await picture(page, 'format-composer');
  expect(await sidewaysOf(page)).toEqual([]);

  // The buttons are one stop of the Tab key, with arrows between them.
  await page.keyboard.press('Tab');
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  expect(await focused()).toBe('Bold');
  await page.keyboard.press('ArrowLeft');
  expect(await focused()).toBe('Link');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  // The caret was after the link, so the button begins a style, and the focus is in the text again.
  expect(await value()).toBe(`${written}__`);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('Bye *now*');
  await page.keyboard.press('Enter');

  const shown = 'Yes, two pairs with WINTER10 or returns (shop.example)\nBye now';
  await eventually(async () => {
    const bubble = visitor.chat.locator('.bubble').last().locator('p');
    return (await bubble.innerText()).replaceAll('\u00a0', ' ');
  }, shown);
  const both = ['two pairs', 'WINTER10', 'returns', '(shop.example)', 'now'];
  const names = (...list: string[]) => list.map((name, index) => `${name} ${both[index]}`);
  expect(await styles(visitor.chat.locator('.bubble').last())).toEqual(names('b', 'code', 'a', 'bdi', 'i'));
  expect(await styles(anna.log.locator('.bubble').last())).toEqual(names('strong', 'code', 'a', 'bdi', 'em'));
  const link = visitor.chat.getByRole('link', { name: 'returns' });
  expect(await link.getAttribute('href')).toBe('https://shop.example/returns');
  expect(await link.getAttribute('rel')).toContain('noopener');
  await anna.row('My chats', 'Yes, two pairs with WINTER10 or returns Bye now').waitFor();
  await picture(page, 'format-log');
  await picture(visitor.page, 'format-widget');
  expect(await accessibilityOf(visitor.page)).toEqual([]);
  expect([...visitor.errors, ...anna.errors]).toEqual([]);
});

/** Pastes as the browser does; false if the page left it to the browser. */
const paste = (box: Locator, html: string, text = 'plain') =>
  box.evaluate(
    (field, [html = '', text = '']) => {
      const clipboardData = new DataTransfer();
      if (html) clipboardData.setData('text/html', html);
      clipboardData.setData('text/plain', text);
      return !field.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      );
    },
    [html, text],
  );

test('F71 S4 formatted text is pasted as clean markup, and nothing else of it survives', async () => {
  const { composer, page } = anna;
  await composer.waitFor();
  const hostile =
    '<b>safe</b> <script>alert(1)</script><img src=x onerror="alert(1)"><i style="color:red">i</i>';
  expect(await paste(composer, hostile)).toBe(true);
  expect(await composer.inputValue()).toBe('**safe** _i_');
  await page.getByRole('group', { name: 'Preview' }).getByText('safe').waitFor();

  // Text without a format is left to the browser, which pastes the plain text.
  await composer.fill('');
  for (const html of [
    '',
    '<p>plain <span style="color:red">text</span></p>',
    'a'.repeat(1_000_001) + '<b>b</b>',
  ])
    expect(await paste(composer, html)).toBe(false);
  // A paste replaces the selection, and is one step of undo.
  await composer.fill('keep this');
  await composer.evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(5, 9));
  expect(await paste(composer, '<b>that</b>')).toBe(true);
  expect(await composer.inputValue()).toBe('keep **that**');
  await page.keyboard.press('Control+z');
  expect(await composer.inputValue()).toBe('keep this');
  expect(anna.errors).toEqual([]);
});

test('F69 F71 the buttons and the dialog in Russian; keys of an input method format and send nothing', async () => {
  const { page } = anna;
  await page.evaluate(() => localStorage.setItem('parley.language', 'ru'));
  await page.reload();
  const composer = page.getByRole('textbox', { name: 'Сообщение' });
  await composer.fill('Скидка **10%** по коду `ЗИМА`');
  await page.getByRole('group', { name: 'Предпросмотр' }).getByText('10%').waitFor();
  const bar = page.getByRole('toolbar', { name: 'Форматирование' });
  await expect
    .poll(() => bar.getByRole('button').evaluateAll((all) => all.map((each) => each.ariaLabel)))
    .toEqual(['Полужирный', 'Курсив', 'Код', 'Ссылка']);
  await picture(page, 'format-ru', [390]);
  const before = await composer.inputValue();
  await composer.evaluate((field) => {
    for (const key of [{ key: 'b', ctrlKey: true }, { key: 'Enter' }])
      field.dispatchEvent(
        new KeyboardEvent('keydown', { ...key, isComposing: true, bubbles: true, cancelable: true }),
      );
  });
  expect(await composer.inputValue()).toBe(before);

  await composer.fill('');
  await bar.getByRole('button', { name: 'Ссылка' }).click();
  const dialog = page.getByRole('dialog', { name: 'Вставка ссылки' });
  await dialog.getByLabel('Текст').fill('Возврат');
  await dialog.getByLabel('Адрес').fill('пример.рф/возврат');
  await dialog.getByRole('button', { name: 'Вставить ссылку' }).click();
  await expect.poll(() => composer.inputValue()).toBe('[Возврат](https://пример.рф/возврат)');
  await page.getByRole('group', { name: 'Предпросмотр' }).getByText('(пример.рф)').waitFor();
  await composer.press('Control+k');
  await page
    .getByRole('dialog', { name: 'Изменение ссылки' })
    .getByRole('button', { name: 'Убрать ссылку' })
    .click();
  await expect.poll(() => composer.inputValue()).toBe('Возврат');
  expect(anna.errors).toEqual([]);
});
