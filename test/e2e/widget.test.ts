/** The widget from the visitor's side: the first message, senders, a later answer, the closed button. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright';
import type { Campaign, CampaignSettings, Site } from '#protocol';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { accessibilityOf, Agent, errorsOf, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
const mark = Math.random().toString(36).slice(2, 8);
const shopTitle = 'Northwind Outfitters: gear for long days out';
let anna: Agent;
let admin: Agent;
beforeAll(async () => {
  anna = await Agent.signIn(browser, base, 'anna@demo.test');
  admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
});

async function setCampaign(change: Partial<CampaignSettings>): Promise<void> {
  const { request } = admin.page;
  const { campaigns } = (await (await request.get(`${base}/api/campaigns`)).json()) as {
    campaigns: Campaign[];
  };
  for (const { id, name, enabled, settings } of campaigns) {
    const data = { name, enabled, settings: { ...settings, ...change } };
    const answer = await request.patch(`${base}/api/campaigns/${id}`, { data, headers: { Origin: base } });
    expect(answer.status()).toBe(200);
  }
}

async function setStatus(agent: Agent, status: string): Promise<void> {
  await agent.page.getByRole('button', { name: /, user menu$/ }).click();
  await agent.page.getByRole('menuitemradio', { name: status, exact: true }).click();
}

/** The number of sounds that a page has started. */
async function countSounds(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const counted = window as unknown as { sounds: number };
    counted.sounds = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
      counted.sounds++;
      start.apply(this, when);
    };
  });
  await page.reload();
  return () => page.evaluate(() => (window as unknown as { sounds: number }).sounds);
}

const preview = (visitor: Visitor) => visitor.page.getByRole('group', { name: /new message/ });

test('F62 the first message is sent at once, and a card below it asks for details, by keyboard', async () => {
  const visitor = await Visitor.visit(browser, base);
  await visitor.button.focus();
  await visitor.page.keyboard.press('Enter');
  await visitor.composer.waitFor();
  await expect.poll(() => visitor.composer.evaluate((field) => field === document.activeElement)).toBe(true);
  // Senders: the opening text is no agent's.
  await visitor.chat.getByText('Ask Northwind (automatic message):').waitFor({ state: 'attached' });
  await picture(visitor.page, 'widget-opening');
  const question = `Is the tent waterproof? ${mark}`;
  const second = `And how heavy is it? ${mark}`;
  await visitor.page.keyboard.type(question);
  await visitor.page.keyboard.press('Enter');
  await anna.row('Unassigned', question).waitFor();
  const card = visitor.chat.getByRole('form', { name: 'Your details' });
  await card.waitFor();
  await picture(visitor.page, 'widget-details');
  expect(await accessibilityOf(visitor.page)).toEqual([]);
  // The composer stays usable.
  await visitor.page.keyboard.type(second);
  await visitor.page.keyboard.press('Enter');
  await visitor.sees(second);
  await anna.take(second);
  await anna.sees(question);
  await anna.say('Two kilograms.');
  await visitor.sees('Two kilograms.');
  await picture(visitor.page, 'widget-talk');

  await card.getByLabel('Name').focus();
  await visitor.page.keyboard.type('Mia Chen');
  await visitor.page.keyboard.press('Tab');
  await visitor.page.keyboard.type('not an email');
  await visitor.page.keyboard.press('Enter');
  await card.getByText('Enter a valid email, like you@example.com.').waitFor();
  await card.getByLabel('Email').fill('mia@example.com');
  await visitor.page.keyboard.press('Enter');
  await visitor.chat.getByText('Thanks, your details are saved.').waitFor();
  await anna.page.getByText('mia@example.com').first().waitFor();

  // The next chat does not ask again.
  await anna.endChat();
  await visitor.chat.getByRole('button', { name: 'Start a new chat' }).click();
  const next = `One more thing ${mark}`;
  await visitor.say(next);
  await visitor.sees(next);
  await anna.row('Unassigned', next).waitFor();
  expect(await card.count()).toBe(0);
  await anna.take(next);
  await anna.endChat();
  expect({ visitor: visitor.errors, agent: anna.errors }).toEqual({ visitor: [], agent: [] });
});

test('a visitor who skips the questions about details is not asked again, also after a reload', async () => {
  const visitor = await Visitor.visit(browser, base);
  const question = `Just looking ${mark}`;
  await visitor.ask(question);
  const card = visitor.chat.getByRole('form', { name: 'Your details' });
  await card.getByRole('button', { name: 'Skip' }).press('Enter');
  await card.waitFor({ state: 'detached' });
  await visitor.page.reload();
  await visitor.sees(question);
  await anna.take(question);
  await anna.say('Take your time.');
  await visitor.sees('Take your time.');
  expect(await card.count()).toBe(0);
  await anna.endChat();
});

test('required details stand beside the first message before it is sent, and the typed text stays', async () => {
  await setCampaign({ askName: 'required', askEmail: 'required' });
  const visitor = await Visitor.visit(browser, base);
  await visitor.open();
  await visitor.chat.getByLabel('Email', { exact: true }).waitFor();
  await picture(visitor.page, 'widget-required');
  expect(await accessibilityOf(visitor.page)).toEqual([]);
  const question = `Do you repair zips? ${mark}`;
  await visitor.composer.fill(question);
  await visitor.page.keyboard.press('Enter');
  await visitor.chat.getByText('Enter your name.').waitFor();
  expect(await visitor.composer.inputValue()).toBe(question);
  await visitor.page.keyboard.type('Noor');
  await visitor.chat.getByLabel('Email', { exact: true }).fill('noor@example.com');
  await visitor.page.keyboard.press('Enter');
  await visitor.sees(question);
  await anna.take(question);
  await anna.page.getByText('noor@example.com').first().waitFor();
  expect(await visitor.chat.getByLabel('Email', { exact: true }).count()).toBe(0);
  await anna.endChat();
  await setCampaign({ askName: 'optional', askEmail: 'optional' });
});

test('F88 the notice that agents see the typed text is there only while one can', async () => {
  const notice = 'Agents can see what you type before you send it';
  const visitor = await Visitor.visit(browser, base);
  await visitor.open();
  const shown = visitor.chat.getByText(notice);
  expect(await shown.count()).toBe(0);
  const question = `Can you see me? ${mark}`;
  await visitor.say(question);
  await shown.waitFor();
  await setStatus(anna, 'Invisible');
  await shown.waitFor({ state: 'detached' });
  await anna.take(question);
  await shown.waitFor();
  await anna.endChat();
  await shown.waitFor({ state: 'detached' });
  await setStatus(anna, 'Online');
});

test('F40 CMD-34 a waiting visitor confirms an answer by email, and may return to the queue', async () => {
  const visitor = await Visitor.visit(browser, base);
  const question = `How long does delivery take? ${mark}`;
  await visitor.ask(question);
  const later = visitor.chat.getByRole('button', { name: 'Get a reply by email' });
  await later.press('Enter');
  const dialog = visitor.chat.getByRole('dialog', { name: 'Get a reply by email?' });
  await dialog.waitFor();
  await visitor.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await later.press('Enter');
  await picture(visitor.page, 'widget-later');
  expect(await accessibilityOf(visitor.page)).toEqual([]);
  await dialog.getByLabel('Email', { exact: true }).fill('bo@example.com');
  await dialog.getByRole('button', { name: 'Leave queue' }).press('Enter');
  await visitor.chat.getByText('Got it. We’ll reply to bo@example.com.').waitFor();
  await anna.row('Offline requests', question).waitFor();
  await picture(visitor.page, 'widget-deferred');
  await visitor.chat.getByRole('button', { name: 'Return to the queue' }).press('Enter');
  await later.waitFor();
  await anna.row('Unassigned', question).waitFor();
  await anna.take(question);
  await anna.endChat();
  expect(visitor.errors).toEqual([]);
});

test('the closed button shows the agent’s words, the title counts them, and a sound can be muted', async () => {
  const visitor = await Visitor.visit(browser, base);
  const sounds = await countSounds(visitor.page);
  const question = `Are you open on Sunday? ${mark}`;
  await visitor.ask(question);
  await anna.take(question);
  await visitor.page.keyboard.press('Escape');
  await anna.say('Yes, from ten to four.');
  await preview(visitor).getByText('Yes, from ten to four.').waitFor();
  await preview(visitor).getByText('Anna Petrova').waitFor();
  await expect.poll(() => visitor.page.title()).toBe(`(1) ${shopTitle}`);
  expect(await sounds()).toBe(2);
  await picture(visitor.page, 'widget-preview');
  expect(await accessibilityOf(visitor.page)).toEqual([]);
  await preview(visitor).getByRole('button', { name: 'Dismiss' }).press('Enter');
  await preview(visitor).waitFor({ state: 'detached' });

  // The page's own title wins, and is restored.
  await visitor.page.evaluate(() => void (document.title = 'Tents'));
  await expect.poll(() => visitor.page.title()).toBe('(1) Tents');
  await anna.say('On holidays too.');
  await preview(visitor).getByText('On holidays too.').waitFor();
  await expect.poll(() => visitor.page.title()).toBe('(2) Tents');
  expect(await sounds()).toBe(4);
  await preview(visitor)
    .getByRole('button', { name: /On holidays too/ })
    .click();
  await visitor.composer.waitFor();
  await visitor.sees('On holidays too.');
  await expect.poll(() => visitor.page.title()).toBe('Tents');
  await preview(visitor).waitFor({ state: 'detached' });

  // Muted, also on the next page.
  await visitor.chat.getByRole('button', { name: 'More' }).click();
  await picture(visitor.page, 'widget-menu', [1440]);
  await visitor.chat.getByRole('button', { name: 'Mute sound' }).click();
  await visitor.page.reload();
  await visitor.composer.waitFor();
  await visitor.page.keyboard.press('Escape');
  await visitor.button.click();
  await visitor.composer.waitFor();
  await visitor.page.keyboard.press('Escape');
  await anna.say('Bring the tent along.');
  await preview(visitor).getByText('Bring the tent along.').waitFor();
  expect(await sounds()).toBe(0);
  await anna.endChat();
  expect(visitor.errors).toEqual([]);
});

test('S21 a page whose policy permits scripts by a nonce alone shows the preview', async () => {
  const visitor = await Visitor.visit(browser, base);
  const src = await visitor.page.locator('script[src*="widget.js"]').getAttribute('src');
  const server = new URL(src ?? '').origin;
  const policy = `default-src 'none'; script-src 'nonce-x'; connect-src ${server}; frame-src ${server}`;
  const shop = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.setHeader('content-security-policy', policy);
    response.end(
      `<!doctype html><html lang="en"><title>Strict</title><script async nonce="x" src="${src}"></script>`,
    );
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void shop.close());
  await new Promise((resolve) => shop.once('listening', resolve));
  const origin = `http://localhost:${(shop.address() as AddressInfo).port}`;
  const { request } = admin.page;
  const { sites } = (await (await request.get(`${base}/api/sites`)).json()) as { sites: Site[] };
  for (const { id, ...body } of sites) {
    const data = { ...body, origins: [...body.origins, origin] };
    await request.patch(`${base}/api/sites/${id}`, { data, headers: { Origin: base } });
  }
  await expect
    .poll(
      async () =>
        (
          await fetch(`${base}/api/widget/config${new URL(src ?? '').search}`, {
            headers: { Origin: origin },
          })
        ).status,
    )
    .toBe(200);
  await visitor.page.goto(origin);
  const question = `Do you have a catalogue? ${mark}`;
  await visitor.ask(question);
  await anna.take(question);
  await visitor.page.keyboard.press('Escape');
  await anna.say('A new one each spring.');
  await preview(visitor).getByText('A new one each spring.').waitFor();
  await expect.poll(() => visitor.page.title()).toBe('(1) Strict');
  await anna.endChat();
  expect(visitor.errors.filter((error) => !error.includes('favicon'))).toEqual([]);
});

test('F96 the line below the title and the notices agree with who is available', async () => {
  const visitor = await Visitor.visit(browser, base);
  await visitor.open();
  const usual = visitor.chat.getByText('Outdoor people, usually here in a minute');
  await usual.waitFor();
  await setStatus(anna, 'Invisible');
  await visitor.chat.getByText('We’re offline right now', { exact: true }).waitFor();
  expect(await usual.count()).toBe(0);
  await visitor.chat.getByLabel('Email', { exact: true }).waitFor();
  await picture(visitor.page, 'widget-away');
  expect(await accessibilityOf(visitor.page)).toEqual([]);
  await setStatus(anna, 'Online');
  await usual.waitFor();
  expect(await visitor.chat.getByLabel('Email', { exact: true }).count()).toBe(0);
});

test('on a phone the opened chat does not open the keyboard', async () => {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  const errors = errorsOf(page);
  await page.goto(`${base}/demo`);
  await page.getByRole('button', { name: 'Chat' }).tap();
  const composer = page.frameLocator('iframe[title="Chat"]').getByRole('textbox', { name: 'Message' });
  await composer.waitFor();
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.localName))
    .toBe('iframe');
  expect(await composer.evaluate((field) => field === document.activeElement)).toBe(false);
  await composer.tap();
  expect(await composer.evaluate((field) => field === document.activeElement)).toBe(true);
  expect(errors).toEqual([]);
});

test('the same in Russian', async () => {
  const context = await browser.newContext({ locale: 'ru-RU', viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const errors = errorsOf(page);
  await page.goto(`${base}/demo`);
  await page.getByRole('button', { name: 'Чат' }).press('Enter');
  const chat = page.frameLocator('iframe[title="Чат"]');
  const question = `Палатка промокает? ${mark}`;
  await chat.getByRole('textbox', { name: 'Сообщение' }).fill(question);
  await page.keyboard.press('Enter');
  await chat.getByRole('form', { name: 'Ваши данные' }).waitFor();
  await chat.getByText('Операторы видят текст ещё до отправки').waitFor();
  await picture(page, 'widget-ru-details');
  await chat.getByRole('button', { name: 'Получить ответ на почту' }).press('Enter');
  const dialog = chat.getByRole('dialog', { name: 'Получить ответ на почту?' });
  await dialog.getByLabel('Почта').fill('mia@example.com');
  await picture(page, 'widget-ru-later');
  await dialog.getByRole('button', { name: 'Выйти из очереди' }).press('Enter');
  await chat.getByText('Сообщение получено. Ответим на mia@example.com.').waitFor();
  await chat.getByRole('button', { name: 'Вернуться в очередь' }).press('Enter');
  await anna.take(question);
  await page.keyboard.press('Escape');
  await anna.say('Нет, не промокает.');
  await page.getByRole('group', { name: 'Новых сообщений: 1' }).getByText('Нет, не промокает.').waitFor();
  await picture(page, 'widget-ru-preview');
  expect(await accessibilityOf(page)).toEqual([]);
  await page.getByRole('button', { name: 'Скрыть' }).press('Enter');
  expect(errors).toEqual([]);
});
