/** The last agent leaves while visitors are present; the messages that they leave are answered later. */
import { beforeAll, expect, test } from 'vitest';
import { accessibilityOf, Agent, Visitor } from './people.ts';
import { stage } from './stage.ts';

const { base, browser } = await stage();
const nobody = 'Leave a message and your email, and we’ll get back to you.';
let anna: Agent;
beforeAll(async () => {
  anna = await Agent.signIn(browser, base, 'anna@demo.test');
});

const set = async (status: string) => {
  await anna.page.getByRole('button', { name: /, user menu$/ }).click();
  await anna.page.getByRole('menuitemradio', { name: status, exact: true }).click();
};

test('F20 F40 F96: the open widget switches when the last agent leaves, and back; messages left are in Offline requests', async () => {
  const [early, visitor] = [await Visitor.visit(browser, base), await Visitor.visit(browser, base)];
  await early.ask('Is it my turn?');
  await visitor.open();
  // Anna has just signed in: a widget that was away before is updated.
  await visitor.chat.getByText(nobody).waitFor({ state: 'detached' });
  await set('Invisible');
  await visitor.chat.getByText(nobody).waitFor();
  expect(await accessibilityOf(visitor.page)).toEqual([]);

  const email = visitor.chat.getByLabel('Email');
  await email.waitFor();
  await visitor.say('Do you ship abroad?');
  await visitor.chat.getByText('Enter your email.').waitFor();
  await email.fill('ada@example.com');
  await visitor.chat.getByRole('button', { name: 'Send' }).click();
  await visitor.chat.getByText('Got it. We’ll reply to ada@example.com.').waitFor();
  await anna.row('Offline requests', 'Do you ship abroad?').waitFor();

  // A visitor who has been waiting is told too, and does not have to wait any longer.
  await early.chat.getByText('We’re offline right now.').waitFor();
  await early.chat.getByRole('button', { name: 'Get a reply by email' }).click();
  const question = early.chat.getByRole('dialog', { name: 'Get a reply by email?' });
  await question.getByLabel('Email').fill('bo@example.com');
  expect(await accessibilityOf(early.page)).toEqual([]);
  await question.getByRole('button', { name: 'Leave queue' }).click();
  await early.chat.getByText('Got it. We’ll reply to bo@example.com.').waitFor();
  await anna.row('Offline requests', 'Is it my turn?').waitFor();

  const late = await Visitor.visit(browser, base);
  await late.open();
  await late.chat.getByText(nobody).waitFor();
  await set('Online');
  await late.chat.getByText(nobody).waitFor({ state: 'detached' });
  await late.say('So you are here');
  await anna.row('Unassigned', 'So you are here').waitFor();
  expect([...visitor.errors, ...early.errors, ...late.errors, ...anna.errors]).toEqual([]);
});
