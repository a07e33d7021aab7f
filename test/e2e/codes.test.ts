/** Stages and success codes: the manager defines codes, agents choose them, and visitors leave chats that await one. */
import type { Page } from 'playwright';
import { beforeAll, expect, test } from 'vitest';
import { accessibilityOf, Agent, eventually, sidewaysOf, Visitor } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
let anna: Agent;
let admin: Agent;
beforeAll(async () => {
  [anna, admin] = [
    await Agent.signIn(browser, base, 'anna@demo.test'),
    await Agent.signIn(browser, base, 'admin@demo.test', '/console'),
  ];
});

const inRussian = async (page: Page, russian: boolean) => {
  await page.evaluate((value) => localStorage.setItem('parley.language', value), russian ? 'ru' : 'en');
  await page.reload();
};
/** Violations that axe finds, and elements wider than their container, on a wide and on a narrow screen. */
async function flaws(page: Page): Promise<string[]> {
  const found = await accessibilityOf(page);
  await page.setViewportSize({ width: 390, height: 844 });
  found.push(...(await accessibilityOf(page)), ...(await sidewaysOf(page)));
  await page.setViewportSize({ width: 1440, height: 900 });
  return found;
}
const stageOf = (agent: Agent) =>
  agent.page.getByRole('list', { name: 'Stage' }).locator('[aria-current="step"]').innerText();
const isStage = (agent: Agent, name: string) =>
  eventually(async () => (await stageOf(agent)).startsWith(name), true);

test('F177 F178 F179 an administrator defines success codes by keyboard, with an order, an archive and rules', async () => {
  const { page } = admin;
  await page.goto(`${base}/console/campaigns/new?tab=codes`);
  await page.getByText('No success codes').waitFor();
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'codes-none');
  await page.goto(`${base}/console/campaigns`);
  await page.getByRole('link', { name: 'Shop help' }).click();
  await page.getByRole('link', { name: 'Success codes' }).click();
  const add = page.getByRole('button', { name: 'Add code' });
  const field = (place: number) => page.getByRole('textbox', { name: `Code ${place}` });
  for (const [place, title] of ['Support', 'Fax order', 'sale'].entries()) {
    await add.press('Enter');
    await eventually(() => field(place + 4).evaluate((input) => input === document.activeElement), true);
    await page.keyboard.type(title);
  }
  await page.getByRole('checkbox', { name: 'Require a code to end a chat' }).press('Space');
  await page.getByRole('button', { name: 'Save' }).press('Enter');
  await page.getByText('Enter a name on one line that no other code has.').waitFor();
  await eventually(() => field(6).evaluate((input) => input === document.activeElement), true);
  await page.getByRole('button', { name: /Remove .*sale/ }).press('Enter');
  await page.getByRole('button', { name: /Move .*Support.* up/ }).press('Enter');
  await eventually(() => field(3).inputValue(), 'Support');
  await eventually(
    () =>
      page
        .getByRole('button', { name: /Move .*Support.* up/ })
        .evaluate((it) => it === document.activeElement),
    true,
  );
  await page.getByRole('button', { name: 'Save' }).press('Enter');
  await page.getByText('Saved').first().waitFor();
  // A saved code is archived, and an unsaved change is not lost by a click on a link.
  await page.getByRole('button', { name: /Archive .*Fax order/ }).press('Enter');
  await page.getByRole('heading', { name: 'Archived codes' }).waitFor();
  await page.getByRole('link', { name: 'Websites' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Stay' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Unsaved changes').waitFor({ state: 'detached' });
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'codes-console');
  await inRussian(page, true);
  await page.getByRole('heading', { name: 'Итоги в архиве' }).waitFor();
  await picture(page, 'codes-console-ru');
  await inRussian(page, false);
  await page.goto(`${base}/console/audit`);
  await page.getByText('Success codes').first().waitFor();
  expect(admin.errors).toEqual([]);
});

test('F61 F63 F65 F177 F179 an agent moves a chat on, chooses a code, is refused without one, and ends with a note', async () => {
  const { page } = anna;
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Do you sell tents?');
  await anna.take('Do you sell tents?');
  await isStage(anna, 'New');
  await picture(page, 'stage-new');
  await page.getByRole('list', { name: 'Stage' }).getByRole('button', { name: 'In progress' }).press('Enter');
  await isStage(anna, 'In progress');
  await anna.say('Yes, for two and for four.');
  await visitor.sees('Yes, for two and for four.');

  await page.getByRole('button', { name: 'End chat' }).press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'Sale' }).waitFor();
  expect(await dialog.getByRole('radio').count()).toBe(4);
  await eventually(
    () => dialog.getByRole('radio', { name: 'Sale' }).evaluate((it) => it === document.activeElement),
    true,
  );
  await page.keyboard.press('Enter');
  await dialog.getByRole('alert').getByText('Choose a success code first.').waitFor();
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'end-refused');
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  // Also before the end: by keyboard, and still there after a reload.
  await page.getByRole('button', { name: 'Choose a success code' }).press('Enter');
  await page.getByRole('menuitemradio', { name: 'Sale' }).waitFor();
  await picture(page, 'codes-menu');
  await page.getByRole('menuitemradio', { name: 'Support' }).press('Enter');
  await page.getByRole('button', { name: /Success code: .*Support/ }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: /Success code: .*Support/ }).waitFor();
  await isStage(anna, 'In progress');

  await page.getByRole('button', { name: 'End chat' }).click();
  await eventually(() => dialog.getByRole('radio', { name: 'Support' }).isChecked(), true);
  // Off: the second choice replaces the first.
  await dialog.getByRole('radio', { name: 'Sale' }).check();
  await dialog.getByRole('textbox', { name: 'Closing note' }).fill('Paid by card');
  await picture(page, 'end-dialog');
  await dialog.getByRole('radio', { name: 'Sale' }).press('Enter');
  await anna.row('Closed', 'Yes, for two and for four.').waitFor();
  await isStage(anna, 'Completed');
  await page.getByRole('button', { name: /Success code: .*Sale/ }).waitFor();
  await anna.log.getByText('Paid by card').waitFor();
  await visitor.chat.getByRole('button', { name: 'Start a new chat' }).waitFor();
  expect(await visitor.chat.getByText('Paid by card').count()).toBe(0);
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'stage-completed');
  expect([...anna.errors, ...visitor.errors]).toEqual([]);
});

test('F179 a chat that its visitor ended awaits its code on every screen, across reloads, until it is set', async () => {
  const { page } = anna;
  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Only looking');
  await anna.take('Only looking');
  await visitor.chat.getByRole('button', { name: 'More' }).click();
  await visitor.chat.getByRole('button', { name: 'End chat' }).click();
  await visitor.chat.getByRole('dialog').getByRole('button', { name: 'End chat' }).click();
  for (const agent of [anna, sofia]) await agent.row('Awaiting code', 'Only looking').waitFor();
  await page.reload();
  await anna.row('Awaiting code', 'Only looking').getByRole('link').click();
  const form = page.getByRole('form', { name: 'This chat needs a success code' });
  await form.waitFor();
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'awaiting');
  await inRussian(page, true);
  await page.getByRole('form', { name: 'Для этого чата нужен итог' }).waitFor();
  await picture(page, 'awaiting-ru');
  await inRussian(page, false);
  await form.getByRole('button', { name: 'Save code' }).press('Enter');
  await form.getByRole('alert').getByText('Choose a success code first.').waitFor();
  await form.getByRole('radio', { name: 'Support' }).press('Space');
  await form.getByRole('textbox', { name: 'Closing note' }).fill('Left without a word');
  await form.getByRole('button', { name: 'Save code' }).press('Enter');
  for (const agent of [anna, sofia]) {
    await agent.group('Awaiting code').waitFor({ state: 'detached' });
    await agent.row('Closed', 'Only looking').waitFor();
  }
  await anna.log.getByText('Left without a word').waitFor();

  // The history has the codes.
  await admin.page.goto(`${base}/console/chats`);
  const line = admin.page.getByRole('row').filter({ hasText: 'Only looking' });
  await eventually(async () => {
    const shown = (await line.count()) > 0 && (await line.innerText()).includes('Support');
    if (!shown) await admin.page.reload();
    return shown;
  }, true);
  await picture(admin.page, 'chats-codes');
  await line.getByRole('link').click();
  const facts = admin.page.getByRole('complementary').locator('dl');
  await facts.getByText('Completed', { exact: true }).waitFor();
  await facts.getByText('Support').waitFor();
  await picture(admin.page, 'chat-codes');
  expect([...anna.errors, ...sofia.errors, ...admin.errors, ...visitor.errors]).toEqual([]);
});
