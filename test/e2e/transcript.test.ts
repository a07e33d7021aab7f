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
