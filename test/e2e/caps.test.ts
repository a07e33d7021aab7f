/**
 * The screen of a visitor whose chat is refused (L6): the message stays, with the reason, and is sent when possible.
 */
import { beforeAll, expect, test } from 'vitest';
import { accessibilityOf, Agent, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage({ CAPS: '{"conversationsPerVisitor": 2, "waitingPerCampaign": 3}' });

let anna: Agent;
beforeAll(async () => {
  anna = await Agent.signIn(browser, base, 'anna@demo.test');
});

async function endChat({ chat }: Visitor): Promise<void> {
  await chat.getByRole('button', { name: 'More' }).click();
  await chat.getByRole('button', { name: 'End chat' }).click();
  await chat.getByRole('dialog').getByRole('button', { name: 'End chat' }).click();
  await chat.getByRole('button', { name: 'Start a new chat' }).click();
}

const refusedWords = 'Not sent. Too many new chats in the last hour. Try again later.';

test('L6 a chat over the hour’s cap is refused below its message, which a reload keeps', async () => {
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('First question');
  await endChat(visitor);
  await visitor.say('Second question');
  await visitor.sees('Second question');
  await endChat(visitor);
  await visitor.say('Third question');
  await visitor.chat.getByText(refusedWords).waitFor();
  await picture(visitor.page, 'refused');
  expect(await accessibilityOf(visitor.page)).toEqual([]);
  await visitor.page.reload();
  await visitor.chat.getByText(refusedWords).waitFor();
  // Sent again, the message is refused again, once.
  await visitor.chat.getByRole('button', { name: 'Retry' }).click();
  await visitor.chat.getByText(refusedWords).waitFor();
  expect(await visitor.count('Third question')).toBe(1);
  await visitor.chat.getByRole('button', { name: 'Discard' }).click();
  await expect.poll(() => visitor.count('Third question')).toBe(0);
  expect(visitor.errors).toEqual([]);
});

/** Adds visitors until one of them finds the queue full. */
async function crowdOut(text: string): Promise<{ inside: string[]; outside: Visitor }> {
  const inside: string[] = [];
  for (;;) {
    const visitor = await Visitor.visit(browser, base);
    const question = `${text} ${inside.length}`;
    await visitor.ask(question);
    const full = visitor.chat.getByText('Many people are waiting right now.');
    await full.or(visitor.chat.getByText('We’ll be with you shortly.')).first().waitFor();
    if (await full.isVisible()) return { inside, outside: visitor };
    inside.push(question);
  }
}

/** Shows the full queue in Russian. */
async function inRussian(): Promise<void> {
  const page = await (await browser.newContext({ locale: 'ru-RU' })).newPage();
  await page.goto(`${base}/demo`);
  await page.getByRole('button', { name: 'Чат' }).click();
  const chat = page.frameLocator('iframe[title="Чат"]');
  await chat.getByRole('textbox', { name: 'Сообщение' }).fill('Вы открыты завтра?');
  await chat.getByRole('button', { name: 'Отправить' }).click();
  await chat.getByRole('button', { name: 'Пропустить' }).click();
  await chat.getByText('Сейчас слишком много обращений.').waitFor();
  await picture(page, 'queue-full-ru');
  await page.context().close();
}

test('L6 a visitor who finds the queue full keeps the message, and it is sent once the queue has room', async () => {
  const { inside, outside } = await crowdOut('May I ask');
  expect(inside.length).toBeGreaterThan(0);
  await outside.chat.getByText('Your messages will be sent automatically.').waitFor();
  await picture(outside.page, 'queue-full');
  expect(await accessibilityOf(outside.page)).toEqual([]);
  await inRussian();

  for (const question of inside) await anna.take(question);
  await outside.chat.getByText('Many people are waiting right now.').waitFor({ state: 'detached' });
  await anna.row('Unassigned', `May I ask ${inside.length}`).waitFor();
  expect([...outside.errors, ...anna.errors]).toEqual([]);
});
