/** Drafts of replies and notes, by the browsers of one agent. */
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { accessibilityOf, Agent, eventually, sidewaysOf, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();

const clean = async (page: Page) => ({ wide: await sidewaysOf(page), found: await accessibilityOf(page) });
const offered = ({ page }: Agent) => page.getByRole('region', { name: /^Your draft .*on another device/ });
const tab = ({ page }: Agent, name: 'Reply' | 'Note') =>
  page.getByRole('tab', { name: new RegExp(`^${name}`) });
/** An offline browser reports its sockets. */
const errors = (...all: readonly { errors: string[] }[]) =>
  all.flatMap((each) => each.errors).filter((error) => !error.includes('ERR_INTERNET_DISCONNECTED'));

/** A chat of Anna, open on two devices. */
async function twoDevices(question: string) {
  const laptop = await Agent.signIn(browser, base, 'anna@demo.test');
  const phone = await Agent.signIn(browser, base, 'anna@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask(question);
  await laptop.take(question);
  await phone.row('My chats', question).getByRole('link').click();
  await phone.composer.waitFor();
  return { laptop, phone, visitor };
}

const offline = ({ page }: Agent, off: boolean) => page.context().setOffline(off);
test('AGT-5 AGT-23 F49: a reply and a note are on both devices, apart, and leave both when they are sent', async () => {
  // A colleague who has never signed in is on no list.
  await Agent.signIn(browser, base, 'ben@demo.test');
  const { laptop, phone, visitor } = await twoDevices('Do you have these boots in 44?');
  await laptop.composer.fill('Let me look');
  await eventually(() => phone.composer.inputValue(), 'Let me look');
  // Typed on, there and here: each follows the other.
  await phone.composer.press('End');
  await phone.composer.pressSequentially(' at the shelf');
  await eventually(() => laptop.composer.inputValue(), 'Let me look at the shelf');

  await tab(laptop, 'Note').click();
  await laptop.note.pressSequentially('For @oka');
  await laptop.page.getByRole('option', { name: /Ben Okafor/ }).waitFor();
  await laptop.note.press('Enter');
  await laptop.note.pressSequentially('brown ones?');
  expect(await phone.composer.inputValue()).toBe('Let me look at the shelf');
  await tab(phone, 'Note').click();
  await eventually(() => phone.note.inputValue(), 'For @Ben Okafor brown ones?');
  await phone.page.getByRole('button', { name: 'Add note' }).click();
  // The colleague who was chosen on the laptop is mentioned from the phone.
  const note = laptop.log.getByRole('article').filter({ hasText: 'brown ones?' });
  await note.locator('b', { hasText: '@Ben Okafor' }).waitFor();
  await eventually(() => laptop.note.inputValue(), '');

  // A reload before the pause in typing is over.
  await tab(laptop, 'Reply').click();
  await laptop.composer.fill('Two pairs are left.');
  await laptop.page.reload();
  await eventually(() => laptop.composer.inputValue(), 'Two pairs are left.');
  await eventually(() => phone.composer.or(phone.note).inputValue(), '');
  await tab(phone, 'Reply').click();
  await eventually(() => phone.composer.inputValue(), 'Two pairs are left.');
  await phone.composer.press('Enter');
  await visitor.sees('Two pairs are left.');
  await eventually(() => laptop.composer.inputValue(), '');
  expect(await visitor.count('Two pairs are left.')).toBe(1);
  expect([await offered(laptop).count(), await offered(phone).count()]).toEqual([0, 0]);
  expect(errors(laptop, phone, visitor)).toEqual([]);
});

/** Waits until the server has a draft: another page of the same browser shows it. */
async function stored({ page }: Agent, text: string, of: 'Reply' | 'Note' = 'Reply') {
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByRole('tab', { name: new RegExp(`^${of}`) }).click();
  const box = other.getByRole('textbox', { name: of === 'Reply' ? 'Message' : 'Private note' });
  await eventually(() => box.inputValue(), text);
  await other.close();
}

test('AGT-25: a draft that the other device has changed is offered; each choice is the agent’s, and can be undone', async () => {
  const { laptop, phone, visitor } = await twoDevices('Is the tent waterproof?');
  const [short, long] = [
    'It is, up to **3,000 mm**.',
    'It is: the seams are taped, and the floor takes 5,000 mm.',
  ];
  await laptop.composer.fill('It is');
  await eventually(() => phone.composer.inputValue(), 'It is');
  await offline(laptop, true);
  await laptop.page.getByText('No internet connection.').waitFor();
  await laptop.composer.fill(short);
  await phone.composer.fill(long);
  await stored(phone, long);
  await offline(laptop, false);
  await offered(laptop).getByText(long).waitFor();
  expect(await laptop.composer.inputValue()).toBe(short);
  await picture(laptop.page, 'draft-offer');
  expect(await clean(laptop.page)).toEqual({ wide: [], found: [] });

  // Neither is lost by a reload.
  await laptop.page.reload();
  await offered(laptop).getByText(long).waitFor();
  expect(await laptop.composer.inputValue()).toBe(short);

  // By keyboard, and back.
  await laptop.composer.focus();
  await offered(laptop).getByRole('button', { name: 'Replace the text below' }).press('Enter');
  expect(await laptop.composer.inputValue()).toBe(long);
  expect(await laptop.page.locator(':focus').getAttribute('aria-label')).toBe('Message');
  await eventually(() => offered(laptop).count(), 0);
  await laptop.notices.getByRole('button', { name: 'Undo' }).click();
  await offered(laptop).getByText(long).waitFor();
  expect(await laptop.composer.inputValue()).toBe(short);
  await offered(laptop).getByRole('button', { name: 'Discard this draft' }).click();
  await eventually(() => phone.composer.inputValue(), short);
  expect([await offered(laptop).count(), await offered(phone).count()]).toEqual([0, 0]);

  // A note, the other way round, and sent from there: its text goes, the offer stays.
  await tab(laptop, 'Note').click();
  await tab(phone, 'Note').click();
  await offline(phone, true);
  await phone.page.getByText('No internet connection.').waitFor();
  await phone.note.fill('Asked twice already');
  await laptop.note.fill('A reseller, I think. @Ben knows the shop.');
  await stored(laptop, 'A reseller, I think. @Ben knows the shop.', 'Note');
  await offline(phone, false);
  await offered(phone).getByText('A reseller, I think.').waitFor();
  await picture(phone.page, 'draft-offer-note');
  expect(await clean(phone.page)).toEqual({ wide: [], found: [] });
  await phone.note.press('Enter');
  await laptop.log.getByText('Asked twice already').waitFor();
  await offered(phone).getByRole('button', { name: 'Discard this draft' }).click();
  await eventually(() => laptop.note.inputValue(), '');
  expect(errors(laptop, phone, visitor)).toEqual([]);
});

test('AGT-27 AGT-29: a reply ends with its chat on both devices, and a note stays, and opens with the chat', async () => {
  const { laptop, phone, visitor } = await twoDevices('Do you ship to Norway?');
  await laptop.composer.fill('Never to be sent');
  await tab(laptop, 'Note').click();
  await laptop.note.fill('Lives in Tromsø');
  await eventually(() => phone.composer.inputValue(), 'Never to be sent');
  // The list names both kinds, the reply first.
  await phone.page.goto(`${base}/workspace`);
  await phone.row('My chats', 'Never to be sent').getByText('Draft', { exact: true }).waitFor();
  await visitor.chat.getByRole('button', { name: 'More' }).click();
  await visitor.chat.getByRole('button', { name: 'End chat' }).click();
  await visitor.chat.getByRole('dialog').getByRole('button', { name: 'End chat' }).click();
  const row = phone.row('Closed', 'Lives in Tromsø');
  await row.getByText('Draft note', { exact: true }).waitFor();
  expect(await phone.page.getByText('Never to be sent').count()).toBe(0);
  await picture(phone.page, 'draft-rows');
  expect(await clean(phone.page)).toEqual({ wide: [], found: [] });
  await row.getByRole('link').click();
  await eventually(() => phone.note.inputValue(), 'Lives in Tromsø');
  await phone.note.press('Enter');
  await laptop.log.getByText('Lives in Tromsø').waitFor();
  await eventually(() => laptop.note.inputValue(), '');
  expect(errors(laptop, phone, visitor)).toEqual([]);
});

test('F49: switching between chats keeps each draft, its mode and the scroll position', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const [one, two] = [await Visitor.visit(browser, base), await Visitor.visit(browser, base)];
  await one.ask('The first of many');
  await anna.take('The first of many');
  for (let number = 1; number <= 40; number++) await anna.say(`Line ${number}`);
  await one.sees('Line 40');
  await two.ask('And I am the second');
  await anna.composer.fill('To the first');
  await anna.log.evaluate((log) => log.scrollTo(0, 0));
  await anna.log.getByText('The first of many').waitFor();
  const top = () => anna.log.evaluate((log) => Math.round(log.scrollTop));
  await eventually(top, 0);
  await anna.take('And I am the second');
  await tab(anna, 'Note').click();
  await anna.note.fill('About the second');
  const first = anna.row('My chats', 'To the first');
  await first.getByText('Draft', { exact: true }).waitFor();
  await first.getByRole('link').click();
  await eventually(() => anna.composer.inputValue(), 'To the first');
  await eventually(top, 0);
  expect(await anna.log.getByText('The first of many').isVisible()).toBe(true);
  await anna.row('My chats', 'About the second').getByText('Draft note').waitFor();
  await anna.row('My chats', 'About the second').getByRole('link').click();
  await eventually(() => anna.note.inputValue(), 'About the second');
  await tab(anna, 'Reply').click();
  expect(await anna.composer.inputValue()).toBe('');
  expect(errors(anna, one, two)).toEqual([]);
});

test('AGT-29 F49: a reload keeps the tab of the composer, and the other tab has a sign of its draft', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Is there a table for the tent?');
  await anna.take('Is there a table for the tent?');
  const { page } = anna;
  await anna.composer.fill('Yes, the folding one');
  expect(await page.getByRole('tab').getByRole('img').count()).toBe(0);
  await page.keyboard.press('Alt+KeyN');
  await anna.note.waitFor();
  await page.getByRole('tab', { name: 'Reply Draft', exact: true }).waitFor();
  await picture(page, 'composer-drafts');
  expect(await clean(page)).toEqual({ wide: [], found: [] });
  await page.reload();
  await anna.note.fill('He wants the large one');
  await tab(anna, 'Reply').click();
  await page.getByRole('tab', { name: 'Note Draft note', exact: true }).waitFor();
  await page.reload();
  await eventually(() => anna.composer.inputValue(), 'Yes, the folding one');
  // A message that arrives in another chat's row comes before the draft, of which a sign is left.
  await page.goto(`${base}/workspace`);
  const row = anna.row('My chats', 'Yes, the folding one');
  await row.getByText('Draft', { exact: true }).waitFor();
  await visitor.say('And how heavy is it?');
  const unread = anna.row('My chats', 'And how heavy is it?');
  await unread.getByText('1 unread').waitFor();
  expect(await unread.innerText()).toContain('Draft');
  expect(await page.getByText('Yes, the folding one').count()).toBe(0);
  await picture(page, 'draft-unread');
  expect(await clean(page)).toEqual({ wide: [], found: [] });
  await unread.getByRole('link').click();
  await eventually(() => anna.composer.inputValue(), 'Yes, the folding one');
  expect(errors(anna, visitor)).toEqual([]);
});

test('a text typed offline in a page that is closed is there at the next visit, and then on the other device', async () => {
  const { laptop, phone, visitor } = await twoDevices('Is it cold in there?');
  await offline(laptop, true);
  await laptop.page.getByText('No internet connection.').waitFor();
  await laptop.composer.fill('Typed in a tunnel');
  await laptop.page.goto('about:blank');
  await offline(laptop, false);
  await laptop.page.goto(phone.page.url());
  await eventually(() => laptop.composer.inputValue(), 'Typed in a tunnel');
  await eventually(() => phone.composer.inputValue(), 'Typed in a tunnel');
  expect(errors(phone, visitor)).toEqual([]);
});

test('AGT-25: the offer in Russian', async () => {
  const { laptop, phone, visitor } = await twoDevices('Палатка промокает?');
  await laptop.page.getByRole('button', { name: /Anna Petrova/ }).click();
  await laptop.page.getByText('Русский').click();
  await laptop.page.keyboard.press('Escape');
  const box = laptop.page.getByRole('textbox', { name: 'Сообщение' });
  await box.fill('Нет');
  await eventually(() => phone.composer.inputValue(), 'Нет');
  await offline(laptop, true);
  await laptop.page.getByText('Нет подключения к интернету').waitFor();
  await box.fill('Нет, швы проклеены');
  await phone.composer.fill('Нет, если её правильно натянуть');
  await stored(phone, 'Нет, если её правильно натянуть');
  await offline(laptop, false);
  const offer = laptop.page.getByRole('region', { name: 'Ваш черновик с другого устройства' });
  await offer.getByText('если её правильно').waitFor();
  await picture(laptop.page, 'draft-offer-ru');
  expect(await clean(laptop.page)).toEqual({ wide: [], found: [] });
  await offer.getByRole('button', { name: 'Удалить этот черновик' }).click();
  await eventually(() => phone.composer.inputValue(), 'Нет, швы проклеены');
  expect(errors(laptop, phone, visitor)).toEqual([]);
});
