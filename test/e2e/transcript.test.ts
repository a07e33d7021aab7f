/** The transcript: its beginning, its senders, its events, and the keyboard in it. */
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
