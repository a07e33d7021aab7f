/** Private notes and mentions, from both sides and by keyboard. */
import { expect, test } from 'vitest';
import { accessibilityOf, Agent, sidewaysOf, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();

const clean = async ({ page }: Agent) => ({
  wide: await sidewaysOf(page),
  found: await accessibilityOf(page),
});

test('CMD-29 NTE-1 NTE-10 AGT-20: a note mentions a colleague by keyboard, who opens it at the note and answers', async () => {
  const [anna, ben] = [
    await Agent.signIn(browser, base, 'anna@demo.test'),
    await Agent.signIn(browser, base, 'ben@demo.test'),
  ];
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Are the brown boots back?');
  await anna.take('Are the brown boots back?');
  await anna.say('Let me check with the warehouse.');
  await anna.composer.fill('A reply that is not sent');

  // The tabs are above the box, and a key changes the mode too.
  await anna.composer.press('Alt+n');
  expect(await anna.note.inputValue()).toBe('');
  await anna.note.pressSequentially('For @be');
  const list = anna.page.getByRole('listbox', { name: 'Colleagues to mention' });
  await list.getByRole('option', { name: /Ben Okafor/ }).waitFor();
  expect(await anna.note.getAttribute('aria-activedescendant')).toBe(
    await list.getByRole('option', { selected: true }).getAttribute('id'),
  );
  await picture(anna.page, 'mention-list');
  expect(await clean(anna)).toEqual({ wide: [], found: [] });
  await anna.note.press('Escape');
  expect(await list.count()).toBe(0);
  await anna.note.press('n');
  await anna.note.press('Backspace');
  await anna.note.press('Backspace');
  await anna.note.press('Backspace');
  await anna.note.press('Backspace');
  await anna.note.pressSequentially('@окаф');
  expect(await list.count()).toBe(0);
  await anna.note.fill('');
  await anna.note.pressSequentially('For @oka');
  await anna.note.press('Enter');
  expect(await anna.note.inputValue()).toBe('For @Ben Okafor ');
  expect(await list.count()).toBe(0);
  await anna.note.pressSequentially('are they on the shelf?');
  await anna.note.press('Enter');
  const note = anna.log.getByRole('article').filter({ hasText: 'are they on the shelf?' });
  await note.getByText('@Ben Okafor', { exact: true }).waitFor();
  expect(await note.ariaSnapshot()).toMatch(/^- article "You Private note Only your team sees this/);
  // Each mode keeps its text.
  await anna.note.press('Alt+n');
  expect(await anna.composer.inputValue()).toBe('A reply that is not sent');

  // The last message in the lists is not the note.
  await anna.row('My chats', 'A reply that is not sent').or(anna.row('My chats', 'Let me check')).waitFor();
  await ben.notices.getByText('Anna Petrova mentioned you').waitFor();
  const mention = ben.group('Mentions').getByRole('listitem').filter({ hasText: 'are they on the shelf?' });
  await mention.waitFor();
  expect(await ben.group('Mentions').getByRole('button').innerText()).toMatch(/Mentions\s*1/);
  await picture(ben.page, 'mentioned');
  expect(await clean(ben)).toEqual({ wide: [], found: [] });
  await mention.getByRole('link').click();
  await ben.log.getByText('are they on the shelf?').waitFor();
  await expect.poll(() => ben.page.locator(':focus').innerText()).toContain('are they on the shelf?');
  await expect.poll(() => ben.group('Mentions').getByRole('button').innerText()).toMatch(/Mentions\s*0/);

  // Ben does not own the chat: the reply is blocked, the note is not.
  await ben.page.getByRole('tab', { name: 'Note' }).click();
  await ben.note.fill('Two pairs, aisle 4: **really** https://example.com');
  await ben.note.press('Enter');
  await anna.log.getByText('Two pairs, aisle 4').waitFor();
  await picture(anna.page, 'notes');
  expect(await clean(anna)).toEqual({ wide: [], found: [] });

  // After the end too.
  await anna.composer.fill('');
  await anna.endChat();
  await anna.log.getByText('You ended this chat').waitFor();
  await anna.page.keyboard.press('Alt+n');
  await anna.note.fill('Closed, thanks');
  await anna.page.getByRole('button', { name: 'Add note' }).click();
  await ben.log.getByText('Closed, thanks').waitFor();
  await picture(ben.page, 'note-after-end');
  expect(await clean(ben)).toEqual({ wide: [], found: [] });
  expect(await visitor.chat.locator('body').innerText()).not.toMatch(/shelf|aisle|Closed, thanks|private/i);
  expect([...visitor.errors, ...anna.errors, ...ben.errors]).toEqual([]);
});

test('F19 NTE-10: in Russian, a colleague who was offline finds the mention at the next sign-in', async () => {
  const [anna, ben] = [
    await Agent.signIn(browser, base, 'anna@demo.test'),
    await Agent.signIn(browser, base, 'ben@demo.test'),
  ];
  await ben.page.context().close();
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Is the tent in stock?');
  await anna.take('Is the tent in stock?');
  await anna.page.keyboard.press('Alt+n');
  await anna.note.pressSequentially('Позже, @oka');
  await anna.note.press('Tab');
  await anna.note.press('Enter');
  await anna.log.getByText('Позже,').waitFor();

  const context = await browser.newContext({ locale: 'ru-RU', viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${base}/login`);
  await page.getByRole('button', { name: 'Русский' }).click();
  await page.getByLabel('Почта').fill('ben@demo.test');
  await page.getByLabel('Пароль', { exact: true }).fill('parley-demo');
  await page.getByRole('button', { name: 'Войти' }).click();
  const group = page.getByRole('region', { name: 'Упоминания' });
  await group.getByRole('link').filter({ hasText: 'Позже' }).click();
  await page.getByRole('log').getByText('Позже,').waitFor();
  await page.getByRole('tab', { name: 'Заметка' }).press('Enter');
  const note = page.getByRole('textbox', { name: 'Внутренняя заметка' });
  await note.pressSequentially('Готово, @пет');
  expect(await page.getByRole('listbox').count()).toBe(0);
  await note.pressSequentially('…');
  await note.press('Enter');
  await anna.log.getByText('Готово').waitFor();
  await picture(page, 'note-ru');
  expect({ wide: await sidewaysOf(page), found: await accessibilityOf(page) }).toEqual({
    wide: [],
    found: [],
  });
  expect([...visitor.errors, ...anna.errors]).toEqual([]);
});
