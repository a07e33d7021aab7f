/** The transcript: its beginning, its senders, its events, and the keyboard in it. */
import { tailLength } from '#protocol';
import { expect, test } from 'vitest';
import { accessibilityOf, Agent, sidewaysOf, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();

test('F48 F53 F62: a short chat starts at the top, below a card of the visitor and the page', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Is the Lun tent waterproof?');
  await anna.take('Is the Lun tent waterproof?');
  const card = anna.log.getByRole('listitem').first();
  await card.getByText('First chat').waitFor();
  await card.getByText('Shop help').waitFor();
  await card.getByRole('link', { name: /localhost.*\/demo/ }).waitFor();
  expect(await anna.log.getByText('Chat started').count()).toBe(0);
  await anna.say('Yes, up to 3,000 mm.');
  await visitor.sees('Yes, up to 3,000 mm.');

  const topOf = async (text: string) => (await anna.log.getByText(text).first().boundingBox())?.y ?? 0;
  const frame = await anna.log.boundingBox();
  expect((await card.boundingBox())?.y).toBeLessThan((frame?.y ?? 0) + 40);
  expect(await topOf('Is the Lun tent waterproof?')).toBeLessThan((frame?.y ?? 0) + (frame?.height ?? 0) / 2);

  // Each message is named by its sender, their side and its text.
  const messages = anna.log.getByRole('article');
  await messages.getByText('Seen').waitFor();
  const names = await Promise.all([0, 1].map((at) => messages.nth(at).ariaSnapshot()));
  expect(names[0]).toMatch(/^- article "Visitor \w+ \(visitor\) Is the Lun tent waterproof\? \d/);
  expect(names[1]).toMatch(/^- article "You Yes, up to 3,000 mm\. \d.* Seen"/);

  // Messages of a visitor are on the left, those of agents on the right.
  const sideOf = async (text: string) => {
    const box = await anna.log.getByRole('article').filter({ hasText: text }).boundingBox();
    const middle = (frame?.x ?? 0) + (frame?.width ?? 0) / 2;
    return (box?.x ?? 0) + (box?.width ?? 0) / 2 < middle ? 'left' : 'right';
  };
  expect([await sideOf('Is the Lun'), await sideOf('Yes, up to')]).toEqual(['left', 'right']);
  await picture(anna.page, 'short');

  // The arrows move from message to message.
  await anna.log.focus();
  await anna.page.keyboard.press('ArrowUp');
  await anna.page.keyboard.press('ArrowUp');
  expect(await anna.page.locator(':focus').innerText()).toContain('Is the Lun tent waterproof?');
  expect({ wide: await sidewaysOf(anna.page), found: await accessibilityOf(anna.page) }).toEqual({
    wide: [],
    found: [],
  });
  await anna.endChat();
  expect([...visitor.errors, ...anna.errors]).toEqual([]);
});

test('CMD-25 CMD-26 CMD-28 ENT-17: a message is answered, edited and deleted by keyboard, and both sides see it', async () => {
  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Does it come in green?');
  await sofia.take('Does it come in green?');
  await sofia.say('Only in read.');
  await visitor.sees('Only in read.');

  // The arrow up in an empty composer edits the last message; Escape leaves it as it was.
  await sofia.composer.press('ArrowUp');
  await sofia.page.getByText('Editing message').waitFor();
  expect(await sofia.composer.inputValue()).toBe('Only in read.');
  await sofia.composer.fill('Nothing');
  await sofia.composer.press('Escape');
  expect(await sofia.composer.inputValue()).toBe('');
  await sofia.composer.press('ArrowUp');
  await sofia.composer.fill('Only in red.');
  await picture(sofia.page, 'editing');
  await sofia.composer.press('Enter');
  await visitor.sees('Only in red.');
  expect(await visitor.count('Only in read.')).toBe(0);
  const edited = sofia.log.getByRole('article').filter({ hasText: 'Only in red.' });
  await edited.getByText('edited').waitFor();
  await edited.getByText('Show original').click();
  await edited.getByText('Only in read.').waitFor();

  // The key of the context menu leads from a message to its actions.
  await sofia.page.mouse.move(0, 0);
  await sofia.log.focus();
  await sofia.page.keyboard.press('ArrowUp');
  await sofia.page.keyboard.press('ArrowUp');
  await sofia.page.keyboard.press('Shift+F10');
  await picture(sofia.page, 'actions');
  expect({ wide: await sidewaysOf(sofia.page), found: await accessibilityOf(sofia.page) }).toEqual({
    wide: [],
    found: [],
  });
  expect(await sofia.page.locator(':focus').getAttribute('aria-label')).toBe('Reply');
  await sofia.page.keyboard.press('Enter');
  await sofia.page.getByRole('group', { name: 'Reply' }).getByText('Does it come in green?').waitFor();
  await picture(sofia.page, 'replying');
  await sofia.say('Not this year.');
  const reply = sofia.log.getByRole('article').filter({ hasText: 'Not this year.' });
  await reply.getByRole('button', { name: /Visitor .*Does it come in green\?/ }).click();
  expect(await sofia.page.locator(':focus').innerText()).toContain('Does it come in green?');

  // Deletion asks first.
  await reply.hover();
  await reply.getByRole('button', { name: 'Delete' }).click();
  await sofia.page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
  await visitor.sees('Not this year.');
  await reply.hover();
  await reply.getByRole('button', { name: 'Delete' }).click();
  await sofia.page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await sofia.log.getByText('Message deleted').waitFor();
  await expect.poll(() => visitor.count('Not this year.')).toBe(0);
  await picture(sofia.page, 'deleted');
  expect(await accessibilityOf(sofia.page)).toEqual([]);
  await sofia.endChat();
  expect([...visitor.errors, ...sofia.errors]).toEqual([]);
});

test('CMD-25: a click on a quote loads earlier messages until the original is there', async () => {
  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('The very first question');
  await sofia.take('The very first question');
  const first = sofia.log.getByRole('article', { name: /^Visitor .* The very first question/ });
  // More entries than a tab receives when it opens a chat.
  for (let at = 1; at <= tailLength + 20; at++) await sofia.say(`Answer ${at}`);
  await visitor.sees(`Answer ${tailLength + 20}`);
  await sofia.log.evaluate((log) => log.scrollTo(0, 0));
  await first.hover();
  await first.getByRole('button', { name: 'Reply' }).click();
  await sofia.say('About your first question');
  await visitor.sees('About your first question');
  await sofia.page.reload();
  const quote = sofia.log.getByRole('article').last().getByRole('button');
  await quote.getByText('Earlier message').waitFor();
  expect(await first.count()).toBe(0);
  await quote.click();
  await first.waitFor();
  await expect.poll(() => sofia.page.locator(':focus').innerText()).toContain('The very first question');
  await picture(sofia.page, 'jumped');
  await sofia.endChat();
  expect([...visitor.errors, ...sofia.errors]).toEqual([]);
});

test('CMD-27 ENT-18: an agent changes only their own messages, sees no originals, and a refused edit keeps its text', async () => {
  const ben = await Agent.signIn(browser, base, 'ben@demo.test');
  const visitor = await Visitor.visit(browser, base);
  // The server refuses the second edit, as it does after the time for it.
  await ben.page.routeWebSocket(/conversations\/.*\/socket/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      if (!String(message).includes('Far too late')) return server.send(message);
      const { id } = JSON.parse(String(message)) as { id: string };
      socket.send(JSON.stringify({ t: 'refused', id, code: 'too_late', message: '' }));
    });
  });
  await visitor.ask('How heavy is it?');
  await ben.take('How heavy is it?');
  await ben.say('Two kilogram.');
  const own = ben.log.getByRole('article', { name: /^You/ });
  const edit = async (text: string) => {
    await own.hover();
    await own.getByRole('button', { name: 'Edit' }).click();
    await ben.say(text);
  };
  await edit('Two kilograms.');
  await own.getByText('edited').waitFor();
  await visitor.sees('Two kilograms.');
  expect(await own.getByText('Show original').count()).toBe(0);
  const asked = ben.log.getByRole('article', { name: /^Visitor/ });
  await asked.hover();
  expect(await asked.getByRole('button').evaluateAll((all) => all.map((each) => each.ariaLabel))).toEqual([
    'Reply',
    'Copy',
  ]);

  await edit('Far too late');
  await own.getByText('Not saved. It’s too late to change this message.').waitFor();
  await picture(ben.page, 'refused');
  expect(await accessibilityOf(ben.page)).toEqual([]);
  await own.getByRole('button', { name: 'Discard' }).click();
  await ben.sees('Two kilograms.');

  // After the end too: a secret that slipped out must be removable.
  await ben.endChat();
  await own.hover();
  await own.getByRole('button', { name: 'Delete' }).click();
  await ben.page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await ben.log.getByText('Message deleted').waitFor();
  const id = new URL(ben.page.url()).pathname.split('/').at(-1);
  await ben.page.context().close();

  // The console shows the texts before, to those who may see them.
  const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  const deleted = admin.log.getByRole('article').filter({ hasText: 'Message deleted' });
  await expect
    .poll(async () => {
      await admin.page.goto(`${base}/console/chats/${id}`);
      await admin.page.waitForLoadState('networkidle');
      return deleted.count();
    })
    .toBe(1);
  await deleted.getByText('Show original').click();
  await deleted.getByText('Two kilogram.', { exact: true }).waitFor();
  await deleted.getByText('Two kilograms.', { exact: true }).waitFor();
  await admin.log.getByRole('listitem').first().getByText('First chat').waitFor();
  await picture(admin.page, 'console');
  expect({ wide: await sidewaysOf(admin.page), found: await accessibilityOf(admin.page) }).toEqual({
    wide: [],
    found: [],
  });
  expect([...visitor.errors, ...ben.errors, ...admin.errors]).toEqual([]);
});

/** Begins a chat as a widget does, with details that no demo page has. */
async function begin(text: string, page: { url: string; title: string }, contact: object): Promise<void> {
  const demo = await (await fetch(`${base}/demo`, { headers: { Accept: 'text/html' } })).text();
  const site = /widget\.js\?site=(\w+)/.exec(demo)?.[1];
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${base}/api/widget/${path}`, {
      method: 'POST',
      headers: { Origin: base, 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ site, ...body }),
    });
  const { token } = (await (await post('session', {})).json()) as { token: string };
  const id = crypto.randomUUID().replace(/^(.{14})./, '$17');
  const answer = await post('messages', { id, text, page, contact }, { Authorization: `Bearer ${token}` });
  expect([answer.status, answer.ok || (await answer.text())]).toEqual([200, true]);
}

test('F48 on a phone, in Russian, the longest details fit, and a tap shows a message’s actions', async () => {
  const name = 'Константинопольская-Преображенская '.repeat(3).slice(0, 99).trim();
  const page = {
    url: `https://shop.example/${'long-path/'.repeat(20)}`,
    title: 'Палатки '.repeat(35).trim(),
  };
  const words = `Слово${'слово'.repeat(60)}`;
  await begin(words, page, { name, email: `${'long.'.repeat(10)}name@${'sub.'.repeat(30)}example.test` });
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  await anna.take('Слово');
  await anna.say('Здравствуйте!');
  const context = await browser.newContext({
    ...{ storageState: await anna.page.context().storageState(), locale: 'ru-RU' },
    ...{ viewport: { width: 390, height: 844 }, hasTouch: true },
  });
  const phone = await context.newPage();
  await phone.goto(anna.page.url());
  const log = phone.getByRole('log');
  const asked = log.getByRole('article').first();
  await log.getByRole('listitem').first().getByText(name).waitFor();
  await asked.getByText(words).tap();
  await asked.getByRole('button', { name: 'Ответить' }).waitFor();
  await picture(phone, 'long', [390, 1440]);
  expect({ wide: await sidewaysOf(phone), found: await accessibilityOf(phone) }).toEqual({
    wide: [],
    found: [],
  });
  await anna.endChat();
});
