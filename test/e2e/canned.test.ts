/** F72 F73 F74 F76 F77 F78 F82 Canned responses in the composer, by keyboard, until the visitor reads them. */
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { ownForum, type Forum } from '#protocol';
import { addShop, api, keysOf } from './canned.ts';
import { accessibilityOf, Agent, eventually, sidewaysOf, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
const anna = await Agent.signIn(browser, base, 'anna@demo.test');
const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
const { responses, shop } = await addShop(admin.page);

const list = (page = anna.page) => page.getByRole('listbox', { name: 'Canned responses found' });
const rows = () => list().getByRole('option');
const keysShown = () => keysOf(rows());
const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');

async function chat(question: string): Promise<Visitor> {
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask(question);
  await anna.take(question);
  return visitor;
}

test('F72 five keystrokes send the right answer; Enter belongs to the text until a row is chosen', async () => {
  const visitor = await chat('Can I send my shoes back?');
  const { composer, page } = anna;
  await composer.press('r');
  await composer.press('e');
  expect(await list().count()).toBe(0);
  await composer.press('t');
  await expect.poll(() => keysShown()).toEqual(['#ret', '#refund']);
  expect(await composer.getAttribute('aria-activedescendant')).toBeNull();
  await page.getByRole('status').filter({ hasText: '2 canned responses' }).waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  expect(await sidewaysOf(page)).toEqual([]);
  await picture(page, 'canned-suggestions');
  await composer.press('ArrowDown');
  const active = await composer.getAttribute('aria-activedescendant');
  expect(await rows().first().getAttribute('id')).toBe(active);
  expect(await accessibilityOf(page)).toEqual([]);
  await picture(page, 'canned-chosen');
  await composer.press('Enter');
  await eventually(
    async () => visitor.chat.locator('.bubble').last().locator('p').innerText(),
    'Hi there! Send them back within 30 days, in their box.',
  );
  expect(await composer.inputValue()).toBe('');
  expect(await list().count()).toBe(0);

  // The beginning of an answer; words within answers are in ordinary sentences too.
  await composer.pressSequentially('You can send');
  expect(await list().count()).toBe(0);
  await composer.fill('');
  await composer.pressSequentially('Five days');
  await expect.poll(() => keysShown()).toEqual(['#refund']);
  await composer.fill('');

  // Without a choice Enter sends the typed text.
  await composer.pressSequentially('ret');
  await list().waitFor();
  await composer.press('Enter');
  await visitor.sees('ret');
  expect([...visitor.errors, ...anna.errors]).toEqual([]);
});

test('F72 Tab edits first, Escape closes, and arrows move in the text when no list is open', async () => {
  const { composer } = anna;
  await composer.pressSequentially('refu');
  await list().waitFor();
  await composer.press('ArrowUp');
  await composer.press('Tab');
  expect(await composer.inputValue()).toBe('Five days after the return has arrived.');
  await composer.pressSequentially(' Bye');
  await composer.press('Control+z');
  await composer.press('Shift+Enter');
  await composer.pressSequentially('ret');
  await list().waitFor();
  await composer.press('Escape');
  expect(await list().count()).toBe(0);
  await composer.pressSequentially('u');
  expect(await list().count()).toBe(0);
  // The caret moves up a line, and its column stays.
  await composer.press('ArrowUp');
  const caret = () => composer.evaluate((box: HTMLTextAreaElement) => box.selectionStart);
  expect(await caret()).toBeLessThan(10);
  await composer.press('ArrowDown');
  await composer.press('Control+End');
  // A mouse chooses too: in a longer text the response takes the place of the line.
  await composer.press('Backspace');
  await composer.press('Backspace');
  await composer.press('Backspace');
  await composer.press('Backspace');
  await composer.pressSequentially('hours');
  await rows().first().click();
  await expect.poll(() => composer.inputValue()).toContain('\nDaily from 9 to 21.');
  await composer.fill('');
  expect(anna.errors).toEqual([]);
});

test('F77 # and a key insert at the caret, several in one message; an unknown key is text', async () => {
  const sent: (string[] | undefined)[] = [];
  const question = 'Two questions at once';
  anna.page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const frame = JSON.parse(String(payload).replace(/^ping$/, '{}')) as { t?: string; canned?: string[] };
      if (frame.t === 'message.send') sent.push(frame.canned);
    }),
  );
  const visitor = await chat(question);
  const { composer } = anna;
  await composer.pressSequentially('Hello! #');
  await expect.poll(async () => (await keysShown()).length).toBe(5);
  await composer.pressSequentially('ref');
  await expect.poll(() => keysShown()).toEqual(['#refund']);
  await composer.press('Enter');
  await composer.pressSequentially(' #hou');
  await expect.poll(() => keysShown()).toEqual(['#hours']);
  await picture(anna.page, 'canned-key');
  await composer.press('Tab');
  await composer.pressSequentially(' Order #77.');
  expect(await list().count()).toBe(0);
  await composer.press('Enter');
  const text =
    'Hello! Five days after the return has arrived. Daily from 9 to 21. Our voucher desk closes at 18. Order #77.';
  await visitor.sees(text);
  // The message names the responses that it was made from.
  expect(sent.at(-1)).toEqual(['refund', 'hours'].map((key) => responses.idOf(key)));
  expect(visitor.errors).toEqual([]);
});

test('F74 F76 F78 F82 the picker finds by a word of the answer, by forum, and inserts at the caret', async () => {
  const { composer, page } = anna;
  await composer.pressSequentially('Dear , bye');
  for (let step = 0; step < 5; step++) await composer.press('ArrowLeft');
  await composer.press('Alt+KeyQ');
  const dialog = page.getByRole('dialog', { name: 'Canned responses' });
  const search = dialog.getByRole('combobox', { name: 'Search canned responses' });
  await expect.poll(() => search.evaluate((field) => field === document.activeElement)).toBe(true);
  await page.keyboard.type('ouche');
  await expect.poll(() => keysShown()).toEqual(['#hours']);
  await dialog.getByRole('region', { name: 'Preview' }).getByText('Our voucher desk').waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  await search.fill('');
  await expect.poll(async () => (await keysShown()).length).toBe(5);
  await page.keyboard.press('ArrowDown');
  await picture(page, 'canned-picker');
  expect(await accessibilityOf(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await sidewaysOf(page)).toEqual([]);
  expect(await accessibilityOf(page)).toEqual([]);
  await page.setViewportSize({ width: 1440, height: 900 });

  // Escape leaves the text, and the caret, as they were.
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => focused(page)).toBe('Message');
  await page.keyboard.type('x');
  expect(await composer.inputValue()).toBe('Dear x, bye');
  await page.keyboard.press('Backspace');

  // A forum that this chat's campaign does not use.
  await page.getByRole('button', { name: 'Canned responses' }).click();
  await dialog.getByLabel('Forum').selectOption({ label: 'Wholesale' });
  await expect.poll(() => keysShown()).toEqual(['#pallet']);
  await search.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => composer.inputValue()).toBe('Dear From 40 pairs., bye');
  expect(await focused(page)).toBe('Message');
  await composer.fill('');

  // Nothing matches; and a forum without responses.
  await composer.press('Alt+KeyQ');
  await search.pressSequentially('zebra');
  await dialog.getByText('No canned response matches').waitFor();
  await picture(page, 'canned-picker-none');
  await dialog.getByLabel('Forum').selectOption({ label: 'My templates' });
  await dialog.getByText('There are no canned responses here yet.').waitFor();
  await dialog.getByRole('link', { name: 'Manage my templates' }).waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(anna.errors).toEqual([]);
});

test('CAN-24 a variable without a value is marked, and Send asks once; the visitor never reads it', async () => {
  const visitor = await chat('Nobody knows my name');
  const { composer, page } = anna;
  await composer.pressSequentially('wait');
  await list().waitFor();
  await composer.press('ArrowDown');
  await composer.press('Enter');
  // It is not sent: the place of the name is selected.
  expect(await composer.inputValue()).toBe('Thank you for waiting, {{visitor}}.');
  const selected = () => page.evaluate(() => getSelection()?.toString());
  expect(await selected()).toBe('{{visitor}}');
  await page.getByText('Not filled in: {{visitor}}').waitFor();
  await picture(page, 'canned-missing');
  await composer.press('Control+End');
  await composer.press('Enter');
  const question = page.getByRole('alertdialog', { name: 'Not filled in: {{visitor}}' });
  await question.waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  await picture(page, 'canned-missing-question');
  // Enter gives the safe answer.
  const fillIn = question.getByRole('button', { name: 'Fill it in' });
  await expect.poll(() => fillIn.evaluate((button) => button === document.activeElement)).toBe(true);
  await page.keyboard.press('Enter');
  await question.waitFor({ state: 'detached' });
  await expect.poll(() => focused(page)).toBe('Message');
  expect(await selected()).toBe('{{visitor}}');
  await page.keyboard.type('Vera');
  expect(await page.getByText('Not filled in').count()).toBe(0);
  await composer.press('Enter');
  await visitor.sees('Thank you for waiting, Vera.');
  // Variables that were typed by hand are filled in; other names are asked about, and may be sent all the same.
  await composer.fill('I am {{agent}}, {{visitor|dear guest}}');
  expect(await page.getByText('Not filled in').count()).toBe(0);
  await composer.press('Enter');
  await visitor.sees('I am Anna Petrova, dear guest');
  await composer.fill('Type {{nonsense}} and {{visitor}}, {{agent}}');
  await page.getByText('Not a variable: {{nonsense}}').waitFor();
  await picture(page, 'canned-unknown');
  await composer.press('Enter');
  const unknown = page.getByRole('alertdialog', { name: 'Not a variable: {{nonsense}}' });
  await unknown.getByRole('button', { name: 'Fill them in' }).waitFor();
  await picture(page, 'canned-unknown-question');
  expect(await accessibilityOf(page)).toEqual([]);
  await unknown.getByRole('button', { name: 'Send anyway' }).press('Enter');
  await visitor.sees('Type {{nonsense}} and {{visitor}}, Anna Petrova');
  await expect.poll(() => focused(page)).toBe('Message');
  expect((await visitor.chat.getByRole('log').innerText()).match(/waiting, \{\{visitor/)).toBeNull();
  expect([...visitor.errors, ...anna.errors]).toEqual([]);
});

test('F73 the current message becomes a template that only its author finds', async () => {
  const { composer, page } = anna;
  await composer.fill('Our *express* delivery takes one day.');
  await page.getByRole('button', { name: 'Save as template' }).click();
  const dialog = page.getByRole('dialog', { name: 'Save as template' });
  const key = dialog.getByLabel('Short key');
  await key.fill('two words');
  await dialog.getByText('A short key has no spaces').waitFor();
  await key.fill('hours');
  await dialog.getByText(/When are you open\?.* in .*Shop questions.* has this key too\./).waitFor();
  await picture(page, 'canned-template-taken');
  await key.fill('express');
  expect(await accessibilityOf(page)).toEqual([]);
  await picture(page, 'canned-template');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await anna.notices.getByText('Template saved').waitFor();
  await anna.notices.getByRole('button', { name: 'Edit' }).waitFor();
  // The message is still there.
  expect(await composer.inputValue()).toBe('Our *express* delivery takes one day.');
  await composer.fill('');
  // The socket reports the new version.
  const found = async () => {
    await composer.fill('');
    await composer.pressSequentially('#exp');
    return keysShown();
  };
  await expect.poll(found).toEqual(['#express']);
  await composer.press('Enter');
  expect(await composer.inputValue()).toBe('Our *express* delivery takes one day.');
  await composer.fill('');

  const me = await api<{ id: string }>(page, 'GET', '/api/me');
  const hidden = await admin.page.request.get(`${base}/api/forums/${ownForum(me.id)}/responses`);
  expect(hidden.status()).toBeGreaterThanOrEqual(400);
  const { forums } = await api<{ forums: Forum[] }>(admin.page, 'GET', '/api/forums');
  expect(forums.map(({ id }) => id)).not.toContain(ownForum(me.id));
  expect(anna.errors).toEqual([]);
});

test('FLR-23 a colleague’s change is found at once, without a reload', async () => {
  const { composer } = anna;
  await responses.put(shop.id, {
    key: 'refund',
    question: 'When is my refund paid?',
    answer: 'After three days.',
  });
  const found = async () => {
    await composer.fill('');
    await composer.pressSequentially('#refund');
    return rows().first().innerText();
  };
  await expect.poll(found).toContain('After three days.');
  await composer.fill('');
});

test('F69 F72 F77 an input method’s keys neither choose nor send', async () => {
  const { composer, page } = anna;
  await composer.pressSequentially('#ref');
  await list().waitFor();
  const messages = await anna.log.locator('.bubble').count();
  await composer.evaluate((box) => {
    const press = (change: KeyboardEventInit & { keyCode?: number }) =>
      box.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...change }));
    press({ key: 'Enter', isComposing: true });
    press({ key: 'Enter', keyCode: 229 });
    // Some browsers report the Enter that ends a composition just after its end.
    box.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
    press({ key: 'Enter' });
  });
  expect(await composer.inputValue()).toBe('#ref');
  expect(await anna.log.locator('.bubble').count()).toBe(messages);
  await page.keyboard.press('Enter');
  await expect.poll(() => composer.inputValue()).toBe('After three days.');
  await composer.fill('');
});

test('F77 notes and edits insert responses too, and the list of colleagues comes first', async () => {
  const { page } = anna;
  const ben = await Agent.signIn(browser, base, 'ben@demo.test');
  await page.keyboard.press('Alt+KeyN');
  await anna.note.pressSequentially('@Be');
  await page.getByRole('listbox').getByRole('option', { name: /Ben/ }).waitFor();
  expect(await list().count()).toBe(0);
  await anna.note.press('Enter');
  await anna.note.pressSequentially('say #ref');
  await expect.poll(() => keysShown()).toEqual(['#refund']);
  await picture(page, 'canned-note');
  await anna.note.press('Enter');
  await expect.poll(() => anna.note.inputValue()).toMatch(/^@Ben.* say After three days\.$/);
  await anna.note.press('Enter');
  await anna.log.getByText('say After three days.').waitFor();
  await page.keyboard.press('Alt+KeyN');

  // While a message is edited, Enter on a row inserts it.
  await anna.say('Wrong answer');
  await anna.sees('Wrong answer');
  await anna.composer.press('ArrowUp');
  await expect.poll(() => anna.composer.inputValue()).toBe('Wrong answer');
  await anna.composer.press('Control+a');
  await anna.composer.pressSequentially('paid');
  await anna.composer.press('ArrowDown');
  await anna.composer.press('Enter');
  expect(await anna.composer.inputValue()).toBe('After three days.');
  await anna.composer.press('Enter');
  await anna.sees('After three days.');
  expect([...ben.errors, ...anna.errors]).toEqual([]);
});

test('F76 forums that can’t be loaded are reported, and loaded by hand', async () => {
  const { page, composer } = anna;
  await page.route('**/api/forums/**', (route) => route.abort());
  await page.reload();
  await composer.waitFor();
  await composer.press('Alt+KeyQ');
  const dialog = page.getByRole('dialog', { name: 'Canned responses' });
  await dialog.getByText('Couldn’t load the canned responses').waitFor();
  await picture(page, 'canned-picker-failed');
  expect(await accessibilityOf(page)).toEqual([]);
  await page.unroute('**/api/forums/**');
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await rows().first().waitFor();
  // An empty composer: the response can be sent from here.
  await dialog.getByRole('combobox', { name: 'Search canned responses' }).pressSequentially('hours');
  await dialog.getByRole('button', { name: 'Send now' }).waitFor();
  await page.keyboard.press('Control+Enter');
  await dialog.waitFor({ state: 'detached' });
  await anna.sees('Daily from 9 to 21. Our voucher desk closes at 18.');
  anna.errors.splice(0);
});

test('F72 F74 F77 in Russian, with a Russian layout: the same keys of the keyboard', async () => {
  const { page } = anna;
  await page.evaluate(() => localStorage.setItem('parley.language', 'ru'));
  await page.reload();
  const composer = page.getByRole('textbox', { name: 'Сообщение' });
  await composer.pressSequentially('ВЕРН');
  const found = page.getByRole('listbox', { name: 'Найденные готовые ответы' });
  await found.getByRole('option').filter({ hasText: 'Как вернуть обувь?' }).waitFor();
  await picture(page, 'canned-ru');
  await composer.fill('');
  // The key that types й.
  await composer.evaluate((box) =>
    box.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'й', code: 'KeyQ', altKey: true, bubbles: true, cancelable: true }),
    ),
  );
  const dialog = page.getByRole('dialog', { name: 'Готовые ответы' });
  await dialog.getByRole('combobox', { name: 'Поиск готовых ответов' }).pressSequentially('обув');
  await dialog.getByRole('region', { name: 'Предпросмотр' }).getByText('Отправьте её обратно').waitFor();
  await picture(page, 'canned-picker-ru');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await composer.pressSequentially('#возв');
  await found.getByRole('option').first().waitFor();
  await composer.press('Enter');
  expect(await composer.inputValue()).toMatch(/^Отправьте её обратно в течение 30 дней, /);
  await composer.press('Enter');
  await expect.poll(() => anna.log.innerText()).toContain('Отправьте её обратно');
  expect(anna.errors).toEqual([]);
});
