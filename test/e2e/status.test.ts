/** Statuses on the agent's screen, and agent activity on the manager's. */
import { expect, test } from 'vitest';
import { accessibilityOf, Agent, Visitor } from './people.ts';
import { stage } from './stage.ts';

const { base, browser } = await stage();

const menu = /, user menu$/;

test('F2 F11 F22 F24 an agent begins as Invisible, and one status is in all tabs, the menu and the switch', async () => {
  const { page, errors } = await Agent.signIn(browser, base, 'ben@demo.test');
  await page.getByRole('button', { name: menu }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByLabel('Email').fill('ben@demo.test');
  await page.getByLabel('Password', { exact: true }).fill('parley-demo');
  await page.getByLabel('Start with status').selectOption('Invisible');
  await page.getByRole('button', { name: 'Sign in' }).click();
  const available = page.getByRole('switch', { name: 'Available for new chats' });
  await available.getByText('Unavailable').waitFor();
  const other = await page.context().newPage();
  await other.goto(`${base}/workspace`);
  await other.getByRole('button', { name: menu }).getByText('Invisible').waitFor();

  await other.getByRole('button', { name: menu }).click();
  const statuses = other.getByRole('group', { name: 'Status' }).getByRole('menuitemradio');
  expect((await statuses.allInnerTexts()).map((text) => text.trim())).toEqual([
    ...['Online', 'Invisible', 'Dinner', 'Before dinner', 'Private break', 'Short break', 'Offline'],
  ]);
  await statuses.filter({ hasText: 'Private break' }).click();
  await available.getByText('Unavailable: Private break').waitFor();
  await available.press('Space');
  await other.getByRole('button', { name: menu }).getByText('Online').waitFor();
  await expect.poll(() => available.getAttribute('aria-checked')).toBe('true');
  expect(errors).toEqual([]);
});

test('F19 going offline with chats asks for confirmation and clears the screen; back online, waiting chats can be taken again', async () => {
  const ben = await Agent.signIn(browser, base, 'ben@demo.test');
  const visitor = await Visitor.visit(browser, base);
  await visitor.ask('Is anybody there at all?');
  await ben.take('Is anybody there at all?');
  await ben.say('I am.');
  const set = async (status: string) => {
    await ben.page.getByRole('button', { name: menu }).click();
    await ben.page.getByRole('menuitemradio', { name: status, exact: true }).click();
  };
  // The dialog explains the effect on the chat first, by keyboard too, and Cancel changes nothing.
  const question = ben.page.getByRole('alertdialog', { name: 'Go offline?' });
  await ben.page.getByRole('button', { name: menu }).press('Enter');
  await ben.page.getByRole('menuitemradio', { name: 'Offline', exact: true }).press('Enter');
  await question.getByText('You have 1 chat.').waitFor();
  expect(await accessibilityOf(ben.page)).toEqual([]);
  await ben.page.keyboard.press('Escape');
  await question.waitFor({ state: 'detached' });
  await expect.poll(() => ben.page.evaluate(() => document.activeElement?.textContent)).toMatch(menu);
  await set('Offline');
  await question.getByRole('button', { name: 'Cancel' }).click();
  const signOut = async () => {
    await ben.page.getByRole('button', { name: menu }).click();
    await ben.page.getByRole('menuitem', { name: 'Sign out' }).click();
  };
  await signOut();
  const sure = ben.page.getByRole('alertdialog', { name: 'Sign out?' });
  await sure.getByText('You have 1 chat.').waitFor();
  expect(await accessibilityOf(ben.page)).toEqual([]);
  await sure.getByRole('button', { name: 'Cancel' }).click();
  await ben.say('And I stay.');
  await visitor.sees('And I stay.');
  await set('Offline');
  await question.getByRole('button', { name: 'Go offline' }).click();
  await ben.page.getByText('Go online to see and answer chats.').waitFor();
  expect(await ben.page.getByText('Is anybody there at all?').count()).toBe(0);
  expect(await accessibilityOf(ben.page)).toEqual([]);
  await visitor.say('And now?');
  await ben.page.getByRole('button', { name: 'Go online' }).click();
  // The chat is back in the queue, and waits there for any agent.
  const again = ben.row('Unassigned', 'And now?');
  await again.getByRole('button', { name: 'Take' }).click();
  await ben.row('My chats', 'And now?').waitFor();
  await ben.log.getByText('And now?').waitFor();
  await ben.say('Now, too.');
  await visitor.sees('Now, too.');
  await ben.endChat();
  // Without a chat there is no dialog.
  await set('Offline');
  await ben.page.getByText('Go online to see and answer chats.').waitFor();
  expect(await question.count()).toBe(0);
  await signOut();
  await ben.page.waitForURL(/\/login/);
  expect(ben.errors).toEqual([]);
});

test('F21 agent activity shows a supervisor the agents who are present, by keyboard and on a phone', async () => {
  await Agent.signIn(browser, base, 'ben@demo.test');
  const { page, errors } = await Agent.signIn(browser, base, 'sofia@demo.test', '/console');
  await page.goto(`${base}/console/users`);
  await page.getByRole('link', { name: 'Agent activity' }).click();
  await page.waitForURL(/time-table/);
  const row = page.getByRole('rowheader', { name: 'Ben Okafor' });
  // Agent activity is updated within seconds.
  await expect
    .poll(async () => {
      await page.reload();
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      return row.count();
    })
    .toBe(1);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.locator('summary').filter({ hasText: 'Ben Okafor: timeline' }).press('Enter');
  await page
    .getByRole('listitem')
    .filter({ hasText: /Online|Disconnected/ })
    .first()
    .waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  await page.getByRole('button', { name: 'Previous day' }).click();
  await page.getByText('No one signed in on this day').waitFor();
  expect(page.url()).toContain('day=');
  expect(errors).toEqual([]);
});
