/** Assigned chats: offers, a transfer, the queue in the visitor's view, and the supervisor's view of all of it. */
import type { Locator } from 'playwright';
import { expect, test } from 'vitest';
import { agentOf } from '../helpers/people.ts';
import { defaultRouting, userBodyOf, type Account, type Campaign, type UsersPage } from '#protocol';
import { accessibilityOf, Agent, Visitor } from './people.ts';
import { stage } from './stage.ts';

const { base, browser } = await stage();
const admin = await agentOf({ base, email: 'admin@demo.test', password: 'parley-demo' });

async function hand(assignment: Account['assignment']): Promise<void> {
  const { id: _, ...body } = (await admin.ask('GET', '/api/account')) as Account;
  await admin.ask('PATCH', '/api/account', { ...body, assignment, offerSeconds: 60 });
}

/** Sets the seconds without a reply after which a chat is forwarded; every agent is offered chats. */
async function forwardAfter(seconds: number | null): Promise<void> {
  const { campaigns } = (await admin.ask('GET', '/api/campaigns')) as { campaigns: Campaign[] };
  for (const { id, name, enabled, settings } of campaigns) {
    const routing = { ...defaultRouting, forwardAfter: seconds };
    await admin.ask('PATCH', `/api/campaigns/${id}`, { name, enabled, settings: { ...settings, routing } });
  }
}

const offered = (agent: Agent, text: string): Locator =>
  agent.page
    .getByRole('region', { name: 'Chats offered to you' })
    .getByRole('article')
    .filter({ hasText: text });

test('F56 F57 F59 F66: a chat is offered to one agent, declined, accepted by another, transferred back with a note', async () => {
  await hand('offered');
  const [anna, ben] = [
    await Agent.signIn(browser, base, 'anna@demo.test'),
    await Agent.signIn(browser, base, 'ben@demo.test'),
  ];
  const visitor = await Visitor.visit(browser, base);
  const question = 'Is the Ridge tent in stock?';
  await visitor.ask(question);
  const [first, second] = await Promise.race([
    offered(anna, question)
      .waitFor()
      .then(() => [anna, ben] as const),
    offered(ben, question)
      .waitFor()
      .then(() => [ben, anna] as const),
  ]);
  expect(await offered(second, question).count()).toBe(0);
  expect(await accessibilityOf(first.page)).toEqual([]);
  await offered(first, question).getByRole('button', { name: 'Decline' }).click();
  await offered(second, question).getByRole('button', { name: 'Accept and open' }).click();
  await second.row('My chats', question).waitFor();
  await second.say('It is. Which colour?');
  await visitor.sees('It is. Which colour?');

  await second.page.getByRole('button', { name: 'More' }).last().click();
  await second.page.getByRole('menuitem', { name: 'Transfer…' }).click();
  const dialog = second.page.getByRole('dialog', { name: 'Transfer chat' });
  const name = first === anna ? 'Anna Petrova' : 'Ben Okafor';
  await dialog.getByRole('option', { name: new RegExp(name) }).click();
  await dialog.getByLabel('Note (optional)').fill('Knows every colour.');
  expect(await accessibilityOf(second.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Transfer' }).click();
  await second.page.getByText(`Waiting for ${name} to accept`).waitFor();
  await offered(first, 'Knows every colour.').getByRole('button', { name: 'Accept', exact: true }).click();
  await first.row('My chats', 'Which colour?').waitFor();
  await second.page.getByText(`${name} accepted the transfer`).first().waitFor();
  await visitor.say('Green, please.');
  await first.row('My chats', 'Green, please.').getByRole('link').click();
  await first.log.getByText('Knows every colour.').waitFor();
  await first.say('Green it is.');
  await visitor.sees('Green it is.');
  expect(await visitor.count('Knows every colour.')).toBe(0);
  await first.endChat();
  expect([anna.errors, ben.errors, visitor.errors].flat()).toEqual([]);
  for (const { page } of [anna, ben, visitor]) await page.context().close();
});

test('F41 F67 F20: the position in the queue counts down for waiting visitors; a supervisor sees it, assigns, and sets a status', async () => {
  await hand('manual');
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const ben = await Agent.signIn(browser, base, 'ben@demo.test');
  const [one, two] = [await Visitor.visit(browser, base), await Visitor.visit(browser, base)];
  await one.ask('Where is my parcel?');
  await one.chat.getByText('You’re next in the queue.').waitFor();
  await two.ask('And where is mine?');
  await two.chat.getByText('You’re number 2 in the queue.').waitFor();

  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test', '/console/floor');
  const queue = sofia.page.getByRole('region', { name: 'Queue' });
  await queue.getByRole('row').nth(2).waitFor();
  expect(await accessibilityOf(sofia.page)).toEqual([]);
  await queue.getByRole('button', { name: 'Assign' }).first().click();
  const dialog = sofia.page.getByRole('dialog', { name: 'Assign chat' });
  await dialog.getByRole('option', { name: /Anna Petrova/ }).click();
  await dialog.getByRole('button', { name: 'Assign' }).click();
  await anna.row('My chats', 'Where is my parcel?').waitFor();
  await two.chat.getByText('You’re next in the queue.').waitFor();

  await sofia.page.getByRole('button', { name: 'Status of Anna Petrova' }).click();
  await sofia.page.getByRole('menuitemradio', { name: 'Dinner', exact: true }).click();
  await anna.page.getByText('Unavailable: Dinner').waitFor();
  // From now on chats are assigned: the only agent with capacity gets the waiting one.
  await hand('assigned');
  await ben.row('My chats', 'And where is mine?').getByRole('link').click();
  await ben.page.getByRole('region', { name: 'Routing log' }).getByRole('button', { name: 'Show' }).click();
  await ben.page.getByText('Assigned to Ben Okafor').waitFor();
  expect([anna.errors, ben.errors, sofia.errors, one.errors, two.errors].flat()).toEqual([]);
  await anna.page.getByRole('button', { name: /, user menu$/ }).click();
  await anna.page.getByRole('menuitemradio', { name: 'Online', exact: true }).click();
  for (const { page } of [anna, ben, sofia, one, two]) await page.context().close();
});

test('F147: a chat without a reply for ten seconds is reassigned to a colleague, and the agent sees why', async () => {
  await hand('assigned');
  await forwardAfter(10);
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const ben = await Agent.signIn(browser, base, 'ben@demo.test');
  const visitor = await Visitor.visit(browser, base);
  const question = 'Do you ship to Norway?';
  await visitor.ask(question);
  const has = (agent: Agent, timeout?: number) =>
    agent.row('My chats', question).waitFor(timeout ? { timeout } : {});
  const [first, second] = await Promise.race([
    has(anna).then(() => [anna, ben] as const),
    has(ben).then(() => [ben, anna] as const),
  ]);
  await first.row('My chats', question).getByRole('link').click();
  await first.composer.waitFor();
  await has(second, 20_000);
  await first.row('Team chats', question).waitFor();
  await first.log.getByText('You didn’t reply in time; the chat was reassigned').waitFor();
  await expect.poll(() => first.composer.isDisabled()).toBe(true);
  await second.row('My chats', question).getByRole('link').click();
  const name = first === anna ? 'Anna Petrova' : 'Ben Okafor';
  await second.log.getByText(`${name} didn’t reply in time; the chat was reassigned`).waitFor();
  await second.say('We do, within a week.');
  await visitor.sees('We do, within a week.');
  expect(await visitor.chat.getByText('reply in time').count()).toBe(0);
  expect([anna.errors, ben.errors, visitor.errors].flat()).toEqual([]);
  await second.endChat();
  await forwardAfter(null);
  for (const { page } of [anna, ben, visitor]) await page.context().close();
});

test('F163 F171 F148: a manager sets up two levels by keyboard; without a reply the chat goes to the other level', async () => {
  await hand('assigned');
  const { users } = (await admin.ask('GET', '/api/users')) as UsersPage;
  for (const user of users.filter(({ email }) => email === 'sofia@demo.test')) {
    const roles = ['agent' as const, 'supervisor' as const];
    await admin.ask('PATCH', `/api/users/${user.id}`, { ...userBodyOf(user), roles });
  }
  const { page, errors } = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  await page.goto(`${base}/console/campaigns`);
  await page.getByRole('link', { name: 'Shop help' }).press('Enter');
  await page.getByRole('link', { name: 'Routing' }).press('Enter');
  const levels = page.getByRole('listitem').filter({ has: page.getByRole('combobox') });
  const add = async (title: string, names: string[]) => {
    await page.getByRole('button', { name: 'Add level' }).press('Enter');
    const level = levels.last();
    await level.getByLabel('Name', { exact: true }).fill(title);
    for (const name of names) {
      const asked = level.getByRole('combobox', { name: 'Users and groups' });
      await asked.pressSequentially(name.slice(0, 4));
      await level.getByRole('option', { name }).waitFor();
      await asked.press('Enter');
      await level.getByRole('button', { name: new RegExp(`Remove .*${name}`) }).waitFor();
    }
  };
  await add('Second line', ['Sofia Lindqvist']);
  await add('First line', ['Anna Petrova', 'Ben Okafor']);
  await page.getByRole('button', { name: /Move .*First line.* up/ }).press('Enter');
  await expect.poll(() => levels.first().getByLabel('Name', { exact: true }).inputValue()).toBe('First line');
  await page.getByLabel('Reassign if the agent doesn’t reply').press('Space');
  await page.getByLabel('Reassign after (seconds)').fill('10');
  await page.getByLabel('Prefer another level').press('Space');
  expect(await accessibilityOf(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save', exact: true }).press('Enter');
  await page.getByRole('button', { name: 'Undo changes' }).waitFor({ state: 'detached' });

  const [anna, ben] = [
    await Agent.signIn(browser, base, 'anna@demo.test'),
    await Agent.signIn(browser, base, 'ben@demo.test'),
  ];
  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test');
  const visitor = await Visitor.visit(browser, base);
  const question = 'Do you ship to Iceland?';
  await visitor.ask(question);
  const has = (agent: Agent) => agent.row('My chats', question);
  const colleague = await Promise.race([
    has(anna)
      .waitFor()
      .then(() => ben),
    has(ben)
      .waitFor()
      .then(() => anna),
  ]);
  await has(sofia).waitFor();
  // A free agent on the same level was not asked.
  await colleague.row('Team chats', question).waitFor();
  await has(sofia).getByRole('link').click();
  await sofia.page.getByRole('region', { name: 'Routing log' }).getByRole('button', { name: 'Show' }).click();
  await sofia.page.getByText('Assigned to Sofia Lindqvist').waitFor();
  await sofia.say('We do, once a month.');
  await visitor.sees('We do, once a month.');
  expect([errors, anna.errors, ben.errors, sofia.errors, visitor.errors].flat()).toEqual([]);
  await forwardAfter(null);
});
