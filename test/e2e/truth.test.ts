/** An agent's screen is accurate: without a network, after a chat's end, and under an open menu. */
import { expect, test } from 'vitest';
import { accessibilityOf, Agent, eventually, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
const mark = Math.random().toString(36).slice(2, 8);

test('R15: offline, a banner appears at once, the status is greyed, and row and bubble agree on the unsent messages', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const visitor = await Visitor.visit(browser, base);
  const question = `Are you there? ${mark}`;
  await visitor.ask(question);
  await anna.take(question);
  await anna.say('Yes, I am.');
  await visitor.sees('Yes, I am.');

  const { page } = anna;
  await page.context().setOffline(true);
  await page.getByText('No internet connection.').waitFor();
  await page.getByRole('button', { name: /not connected/ }).waitFor();
  expect(await page.getByRole('switch', { name: /vailab/ }).isDisabled()).toBe(true);
  await anna.say('Just a moment.');
  await anna.log.getByText('Sending…').waitFor();
  const row = anna.row('My chats', 'Just a moment.');
  await row.getByText('Sending…').waitFor();
  expect(await row.getByText('Not sent').count()).toBe(0);
  expect(await accessibilityOf(page)).toEqual([]);

  await page.context().setOffline(false);
  await visitor.sees('Just a moment.');
  await eventually(() => page.getByText('No internet connection.').count(), 0);
  await eventually(() => row.getByText('Sending…').count(), 0);
});

test('a draft is dropped when its chat ends, and the question before the end says so', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const visitor = await Visitor.visit(browser, base);
  const question = `A draft? ${mark}`;
  await visitor.ask(question);
  await anna.take(question);
  const warning = anna.page.getByText('Your unsent reply will be discarded.');
  const asked = anna.page.getByRole('dialog', { name: 'End this chat?' });
  for (const text of ['', 'Never to be sent']) {
    await anna.composer.fill(text);
    await anna.page.getByRole('button', { name: 'End chat' }).click();
    await asked.waitFor();
    expect(await warning.count()).toBe(text === '' ? 0 : 1);
    if (text !== '') await picture(anna.page, 'end-unsent');
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await asked.waitFor({ state: 'detached' });
  }
  await visitor.chat.getByRole('button', { name: 'More' }).click();
  await visitor.chat.getByRole('button', { name: 'End chat' }).click();
  await visitor.chat.getByRole('dialog').getByRole('button', { name: 'End chat' }).click();
  await anna.row('Closed', question).waitFor();
  await anna.page.goto(`${base}/workspace`);
  await anna.row('Closed', question).waitFor();
  expect(await anna.page.getByText('Never to be sent').count()).toBe(0);
  expect(await anna.page.getByText('Draft', { exact: true }).count()).toBe(0);
});

test('a tooltip closes for its button’s menu and dialog, and the first Escape closes a dialog', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const visitor = await Visitor.visit(browser, base);
  const question = `More? ${mark}`;
  await visitor.ask(question);
  await anna.take(question);
  const { page } = anna;
  const tip = page.getByText('More', { exact: true });
  const more = page.getByRole('button', { name: 'More' });
  await more.hover();
  await tip.waitFor();
  await more.click();
  const transfer = page.getByRole('menuitem', { name: 'Transfer' });
  await transfer.waitFor();
  await tip.waitFor({ state: 'detached' });
  await transfer.click();
  const dialog = page.getByRole('dialog', { name: 'Transfer chat' });
  await dialog.waitFor();
  expect(await tip.count()).toBe(0);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await tip.count()).toBe(0);
});
