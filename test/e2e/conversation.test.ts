import type { Route } from 'playwright';
import { beforeAll, expect, test } from 'vitest';
import { Agent, eventually, Visitor } from './people.ts';
import { stage } from './stage.ts';

const { base, browser } = await stage();
let anna: Agent;
let ben: Agent;
beforeAll(async () => {
  anna = await Agent.signIn(browser, base, 'anna@demo.test');
  ben = await Agent.signIn(browser, base, 'ben@demo.test');
});

test('F25 F30 F39 F52 F64: a visitor asks, an agent takes and answers, the chat ends, and the next chat shows it', async () => {
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Do the boots run small?');
  await anna.take('Do the boots run small?');
  await anna.sees('Do the boots run small?');
  await anna.say('They run true to size.');
  await visitor.sees('They run true to size.');
  await anna.log.getByText('Seen').waitFor();
  await eventually(() => ben.row('Team chats', 'They run true to size.').count(), 1);

  await anna.page.getByRole('button', { name: 'End chat' }).click();
  await anna.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await anna.say('Anything else?');
  await visitor.sees('Anything else?');
  await anna.endChat();
  await visitor.chat.getByText('Thanks for stopping by. Happy trails!').waitFor();
  await anna.row('Closed', 'Anything else?').waitFor();

  await visitor.chat.getByRole('button', { name: 'Start a new chat' }).click();
  await visitor.say('One more thing');
  await visitor.sees('One more thing');
  await visitor.sees('They run true to size.');
  await anna.row('Unassigned', 'One more thing').waitFor();
  expect([...visitor.errors, ...anna.errors]).toEqual([]);
});

test('F30: two agents take a chat at the same moment; one gets it, the other is told who owns it', async () => {
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Who is first?');
  const takes = [anna, ben].map((agent) =>
    agent.row('Unassigned', 'Who is first?').getByRole('button', { name: 'Take' }),
  );
  // Both agents have clicked before the server receives either request.
  const held: Route[] = [];
  const address = '**/api/conversations/*/take';
  for (const { page } of [anna, ben]) await page.route(address, (route) => void held.push(route));
  await Promise.all(takes.map((take) => take.click()));
  await expect.poll(() => held.length).toBe(2);
  await Promise.all(held.map((route) => route.continue()));
  for (const { page } of [anna, ben]) await page.unroute(address);
  const own = (agent: Agent) => agent.row('My chats', 'Who is first?').count();
  await eventually(async () => (await own(anna)) + (await own(ben)), 1);
  const [loser, name] = (await own(anna)) === 1 ? [ben, 'Anna Petrova'] : [anna, 'Ben Okafor'];
  await loser.page
    .getByText(new RegExp(`${name}.*first`))
    .first()
    .waitFor();
});

test('F69 F88: Shift+Enter inserts a line break, Enter sends, and the typed text is shown before it is sent', async () => {
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Is there a larger tent?');
  await anna.take('Is there a larger tent?');
  await visitor.composer.pressSequentially('For four');
  await anna.page.getByText('For four').waitFor();
  await visitor.composer.press('Shift+Enter');
  await visitor.composer.pressSequentially('and a dog');
  await visitor.composer.press('Enter');
  await eventually(() => anna.log.getByText('For four\nand a dog', { exact: true }).count(), 1);
  await anna.composer.pressSequentially('Let me look');
  await visitor.chat.getByText('is typing').waitFor();
  await anna.endChat();
});

test('a reload in mid-conversation keeps the log, the draft and the agent’s open chat', async () => {
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Will this survive?');
  await anna.take('Will this survive?');
  await anna.say('It will.');
  await visitor.sees('It will.');
  await visitor.composer.fill('half a sentence');
  await anna.composer.fill('half an answer');
  await anna.page.reload();
  await anna.sees('It will.');
  await eventually(() => anna.composer.inputValue(), 'half an answer');
  await visitor.page.reload();
  await visitor.sees('It will.');
  await eventually(() => visitor.composer.inputValue(), 'half a sentence');
  expect(await visitor.count('Will this survive?')).toBe(1);
  await anna.endChat();
});

test('R15: a message written offline stays visible, in order, and arrives once', async () => {
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Before the tunnel');
  await anna.take('Before the tunnel');
  await visitor.page.context().setOffline(true);
  for (const text of ['one', 'two', 'three']) await visitor.say(text);
  await visitor.sees('three');
  await visitor.page.context().setOffline(false);
  await visitor.page.bringToFront();
  for (const text of ['one', 'two', 'three']) await anna.sees(text);
  const said = await anna.log.getByText(/^(one|two|three)$/).allTextContents();
  expect(said.map((text) => text.trim())).toEqual(['one', 'two', 'three']);
  await anna.endChat();
});

test('an unread answer is counted on the closed button, also after a reload', async () => {
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Call me when you know');
  await anna.take('Call me when you know');
  await visitor.chat.getByRole('button', { name: 'Hide chat' }).click();
  await anna.say('I know now.');
  await eventually(async () => (await visitor.button.textContent())?.includes('1') ?? false, true);
  await visitor.page.reload();
  await eventually(async () => (await visitor.button.textContent())?.includes('1') ?? false, true);
  await visitor.open();
  await visitor.sees('I know now.');
  await anna.log.getByText('Seen').waitFor();
  await anna.endChat();
});

test('a blocked visitor sees a closed chat and can send no more', async () => {
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Buy cheap watches');
  await anna.take('Buy cheap watches');
  await anna.page.getByRole('button', { name: 'More' }).click();
  await anna.page.getByRole('menuitem', { name: /Block/ }).click();
  await anna.page.getByRole('alertdialog').getByRole('button', { name: /Block/ }).click();
  await visitor.chat.getByText('This chat is closed.').waitFor();
  await visitor.page.reload();
  // The panel was open before the reload, so it is open again.
  await visitor.chat.getByText('This chat is closed.').waitFor();
});

test('F114 F122: the console has the transcript under a permanent address', async () => {
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('For the record');
  await anna.take('For the record');
  await anna.say('Noted.');
  await visitor.sees('Noted.');
  await anna.endChat();
  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test', '/console');
  await sofia.page.getByRole('link', { name: 'Chats' }).click();
  await expect
    .poll(
      async () => {
        await sofia.page.reload();
        await sofia.page.getByRole('table').waitFor();
        return sofia.page.getByText('Noted.').count();
      },
      { interval: 500 },
    )
    .toBe(1);
  await sofia.page.getByRole('row').filter({ hasText: 'Noted.' }).getByRole('link').click();
  await sofia.page.waitForURL(/\/console\/chats\/con_/);
  await sofia.sees('For the record');
  await sofia.page.reload();
  await sofia.sees('Noted.');
  expect(sofia.errors).toEqual([]);
});
