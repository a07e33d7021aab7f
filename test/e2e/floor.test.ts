/**
 * Other agents' chats, for agents and supervisors: last messages, handovers, previous chats, unanswered questions.
 */
import { defaultRouting, userBodyOf, type Account, type Campaign, type UsersPage } from '#protocol';
import { expect, test } from 'vitest';
import { agentOf } from '../helpers/people.ts';
import { accessibilityOf, Agent, sidewaysOf, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
const admin = await agentOf({ base, email: 'admin@demo.test', password: 'parley-demo' });

async function account(change: Partial<Account>): Promise<void> {
  const { id: _, ...body } = (await admin.ask('GET', '/api/account')) as Account;
  await admin.ask('PATCH', '/api/account', { ...body, ...change });
}
async function forwardAfter(seconds: number | null): Promise<void> {
  const { campaigns } = (await admin.ask('GET', '/api/campaigns')) as { campaigns: Campaign[] };
  for (const { id, name, enabled, settings } of campaigns) {
    const routing = { ...defaultRouting, forwardAfter: seconds };
    await admin.ask('PATCH', `/api/campaigns/${id}`, { name, enabled, settings: { ...settings, routing } });
  }
}
const closeAll = async (...people: (Agent | Visitor)[]) => {
  expect(people.flatMap(({ errors }) => errors)).toEqual([]);
  for (const { page } of people) await page.context().close();
};

test('a supervisor sees the last message of a chat in the list, and still after a reload', async () => {
  await account({ assignment: 'manual' });
  const [anna, sofia] = [
    await Agent.signIn(browser, base, 'anna@demo.test'),
    await Agent.signIn(browser, base, 'sofia@demo.test'),
  ];
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Do you sell stoves?');
  await anna.take('Do you sell stoves?');
  await anna.say('We do, three of them.');
  const row = sofia.group('Team chats').getByRole('listitem');
  await row.filter({ hasText: 'We do, three of them.' }).waitFor();
  await row.getByText('Anna Petrova:').waitFor();
  await visitor.say('The smallest, please.');
  await row.filter({ hasText: 'The smallest, please.' }).waitFor();
  await sofia.page.reload();
  await row.filter({ hasText: 'The smallest, please.' }).waitFor();
  expect(await row.getByText('Anna Petrova:').count()).toBe(0);
  expect(await accessibilityOf(sofia.page)).toEqual([]);
  await picture(sofia.page, 'previews');
  await anna.endChat();
  await sofia.row('Closed', 'The smallest, please.').waitFor();
  await closeAll(anna, sofia, visitor);
});

test('a takeover notifies both agents, keeps the draft, and is one line in the transcript', async () => {
  await account({ assignment: 'manual' });
  const [ben, sofia] = [
    await Agent.signIn(browser, base, 'ben@demo.test'),
    await Agent.signIn(browser, base, 'sofia@demo.test'),
  ];
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('My tent leaks.');
  await ben.take('My tent leaks.');
  await ben.composer.fill('Have you tried');
  await sofia.row('Team chats', 'My tent leaks.').getByRole('link').click();
  await sofia.page.getByRole('button', { name: 'More' }).press('Enter');
  await sofia.page.getByRole('menuitem', { name: 'Take over' }).press('Enter');
  await sofia.notices.getByText(/^You took over the chat with .* from Ben Okafor$/).waitFor();
  await ben.notices.getByText(/^Sofia Lindqvist took over the chat with/).waitFor();
  await ben.page.getByText('This chat is now assigned to Sofia Lindqvist.').waitFor();
  await ben.page.getByText('Have you tried').waitFor();
  await ben.log.getByText('Sofia Lindqvist took over this chat').waitFor();
  await sofia.log.getByText('You took over this chat').waitFor();
  expect(await ben.log.getByText('transferred').count()).toBe(0);
  // The notice does not cover the composer.
  const composer = await sofia.page.getByRole('textbox', { name: 'Message' }).boundingBox();
  const notice = await sofia.notices.getByText(/^You took over/).boundingBox();
  expect((notice?.y ?? 0) + (notice?.height ?? 0)).toBeLessThan(composer?.y ?? 0);
  for (const page of [ben.page, sofia.page]) expect(await accessibilityOf(page)).toEqual([]);
  await picture(ben.page, 'taken-over');
  await picture(sofia.page, 'took-over');

  // Assigned back with a note: the note is below the line.
  await sofia.page.getByRole('button', { name: 'More' }).click();
  await sofia.page.getByRole('menuitem', { name: 'Assign…' }).click();
  const dialog = sofia.page.getByRole('dialog', { name: 'Assign chat' });
  await dialog.getByRole('option', { name: /Ben Okafor/ }).click();
  await dialog.getByLabel('Note (optional)').fill('She has the Lun.');
  await dialog.getByRole('button', { name: 'Assign' }).click();
  await ben.notices
    .getByText(/^Sofia Lindqvist assigned the chat with .* to you: “She has the Lun.”$/)
    .waitFor();
  await ben.log.getByText('Sofia Lindqvist assigned this chat to you').waitFor();
  await ben.log.getByText('She has the Lun.', { exact: true }).waitFor();
  await expect.poll(() => ben.composer.inputValue()).toBe('Have you tried');
  await picture(ben.page, 'assigned-with-note');
  await ben.say('Have you tried a seam sealer?');
  await visitor.sees('Have you tried a seam sealer?');
  await ben.endChat();
  await closeAll(ben, sofia, visitor);
});

test('an agent reads a returning visitor’s previous chats beside the current one', async () => {
  await account({ assignment: 'manual', sees: 'all' });
  const [anna, ben] = [
    await Agent.signIn(browser, base, 'anna@demo.test'),
    await Agent.signIn(browser, base, 'ben@demo.test'),
  ];
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Is the Lun tent in stock?');
  await anna.take('Is the Lun tent in stock?');
  await anna.say('From Friday on.');
  await visitor.sees('From Friday on.');
  await anna.endChat();
  await visitor.chat.getByRole('button', { name: 'Start a new chat' }).click();
  await visitor.say('Is it there now?');
  await visitor.sees('Is it there now?');
  await ben.take('Is it there now?');
  const details = ben.page.getByRole('complementary', { name: 'Details' });
  const previous = details.getByRole('region', { name: 'Previous chats' }).getByRole('button');
  await previous.filter({ hasText: 'Anna Petrova' }).press('Enter');
  const dialog = ben.page.getByRole('dialog');
  await dialog.getByText('From Friday on.').waitFor();
  expect(await dialog.getByRole('textbox').count()).toBe(0);
  expect(await accessibilityOf(ben.page)).toEqual([]);
  await picture(ben.page, 'earlier-chat', [1440]);
  await ben.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await expect
    .poll(() => previous.first().evaluate((button) => button === document.activeElement))
    .toBe(true);
  // On a phone the details are a sheet, and the transcript opens above it.
  await ben.page.setViewportSize({ width: 390, height: 844 });
  await ben.page.getByRole('button', { name: 'Details' }).click();
  await ben.page
    .getByRole('dialog')
    .getByRole('button', { name: /Anna Petrova/ })
    .click();
  await ben.log.getByText('From Friday on.').waitFor();
  expect(await sidewaysOf(ben.page)).toEqual([]);
  await picture(ben.page, 'earlier-chat-phone', [390]);
  await ben.page.keyboard.press('Escape');
  await ben.page.keyboard.press('Escape');
  await ben.page.setViewportSize({ width: 1440, height: 900 });
  await ben.endChat();
  await closeAll(anna, ben, visitor);
});

test('a visitor who leaves before an answer stays on the floor as unanswered until an agent answers', async () => {
  await account({ assignment: 'manual' });
  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test', '/console/floor');
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Can I pay by invoice?');
  await anna.row('Unassigned', 'Can I pay by invoice?').waitFor();
  await visitor.page.context().close();
  const left = anna.row('Unanswered', 'Can I pay by invoice?');
  await left.waitFor({ timeout: 45_000 });
  const queue = sofia.page.getByRole('region', { name: 'Queue' });
  await queue.getByRole('row').filter({ hasText: 'Left without an answer' }).waitFor();
  const tile = sofia.page.getByText('Unanswered', { exact: true }).locator('..');
  await expect.poll(() => tile.innerText()).toMatch(/\n1$/);
  await sofia.page
    .getByRole('link', { name: /^1\s*Workspace$/ })
    .first()
    .waitFor();
  expect(await accessibilityOf(sofia.page)).toEqual([]);
  await picture(sofia.page, 'floor-unanswered');
  await picture(anna.page, 'unanswered');
  await left.getByRole('button', { name: 'Take' }).press('Enter');
  await anna.composer.waitFor();
  await anna.say('You can, within 14 days.');
  await expect.poll(() => tile.innerText()).toMatch(/\n0$/);
  await anna.endChat();
  await closeAll(anna, sofia);
});

test('F147 a chat that three agents left without a reply waits in the queue, and supervisors are alerted', async () => {
  await account({ assignment: 'assigned' });
  await forwardAfter(10);
  const [anna, ben] = [
    await Agent.signIn(browser, base, 'anna@demo.test'),
    await Agent.signIn(browser, base, 'ben@demo.test'),
  ];
  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test', '/console/floor');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Is anybody there?');
  const call = sofia.notices.getByText(/^3 agents in a row missed the chat/);
  await call.waitFor({ timeout: 100_000 });
  await sofia.page.getByRole('region', { name: 'Queue' }).getByText('No reply × 3').waitFor();
  expect(await accessibilityOf(sofia.page)).toEqual([]);
  await picture(sofia.page, 'floor-stalled');
  await sofia.notices.getByRole('button', { name: 'Open' }).click();
  await sofia.page.getByRole('button', { name: 'Take' }).last().click();
  await sofia.composer.waitFor();
  await sofia.say('I am. Sorry for the wait.');
  await visitor.sees('I am. Sorry for the wait.');
  await sofia.endChat();
  await forwardAfter(null);
  await account({ assignment: 'manual' });
  await closeAll(anna, ben, sofia, visitor);
}, 150_000);

test('at the limit Take is disabled with a reason; an administrator has no status; the floor counts agents', async () => {
  const { users } = (await admin.ask('GET', '/api/users')) as UsersPage;
  for (const user of users.filter(({ email }) => email === 'ben@demo.test'))
    await admin.ask('PATCH', `/api/users/${user.id}`, {
      ...userBodyOf(user),
      limits: { live: 1, nrt: null },
    });
  const ben = await Agent.signIn(browser, base, 'ben@demo.test');
  const [one, two] = [await Visitor.visit(browser, base), await Visitor.visit(browser, base)];
  await one.ask('First question');
  await ben.take('First question');
  await two.ask('Second question');
  const waiting = ben.row('Unassigned', 'Second question');
  const take = waiting.getByRole('button', { name: 'Take' });
  await expect.poll(() => take.isDisabled()).toBe(true);
  expect(await take.getAttribute('title')).toBe('You’re at your limit of 1 chat');
  await waiting.getByRole('link').click();
  await ben.page.getByText('You’re at your limit of 1 chat', { exact: true }).waitFor();
  await picture(ben.page, 'at-the-limit');

  const alex = await Agent.signIn(browser, base, 'admin@demo.test', '/console/floor');
  await alex.page.getByRole('row').filter({ hasText: 'Ben Okafor' }).getByText('Connected').waitFor();
  // Agents who are disconnected for longer than a reload takes are not counted, with any status.
  const capacity = alex.page.getByText('Agents with capacity').locator('..');
  await capacity.getByText('0 of 1').waitFor({ timeout: 45_000 });
  await alex.page.getByRole('button', { name: /, user menu$/ }).click();
  await alex.page.getByRole('menuitem', { name: 'Profile' }).waitFor();
  expect(await alex.page.getByRole('menuitemradio', { name: 'Dinner' }).count()).toBe(0);
  await alex.page.keyboard.press('Escape');
  await picture(alex.page, 'floor-admin');

  // The console's list follows the floor, so changes appear before the history has them.
  await alex.page.goto(`${base}/console/chats`);
  const row = alex.page.getByRole('row').filter({ hasText: 'First question' });
  await row.getByText('Ben Okafor').waitFor();
  // A chat that has just begun opens, too.
  const three = await Visitor.visit(browser, base);
  await three.ask('Third question');
  await alex.page.getByRole('row').filter({ hasText: 'Third question' }).getByRole('link').click();
  await alex.log.getByText('Third question').waitFor();
  expect(await alex.page.getByText('Not found.').count()).toBe(0);
  await alex.page.goBack();
  await row.getByText('Ben Okafor').waitFor();
  await alex.page.getByText(/^As of \d/).waitFor();
  await row.getByRole('link').click();
  await alex.page.getByText('Live', { exact: true }).waitFor();
  await one.say('Are you still there?');
  await alex.log.getByText('Are you still there?').waitFor();
  expect(await accessibilityOf(alex.page)).toEqual([]);
  await picture(alex.page, 'console-chat-live');
  // The page that closes leaves the chat to the page that opens: neither shows an error, nor an empty pane.
  await alex.page.getByRole('link', { name: 'Open in workspace' }).click();
  await alex.page.waitForURL(/\/workspace\/con_/);
  await alex.log.getByText('Are you still there?').waitFor();
  await alex.page.goBack();
  await alex.page.getByText('Live', { exact: true }).waitFor();
  await alex.log.getByText('Are you still there?').waitFor();
  await ben.row('My chats', 'Are you still there?').getByRole('link').click();
  await ben.endChat();
  await expect.poll(() => take.isDisabled()).toBe(false);
  await closeAll(alex, ben, one, two, three);
}, 120_000);
