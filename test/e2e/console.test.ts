/** The console for a manager: the badge for waiting chats, the audit log, the permissions. */
import { beforeAll, expect, test } from 'vitest';
import { Agent, eventually, Visitor } from './people.ts';
import { stage } from './stage.ts';

const { base, browser } = await stage();
const mark = Math.random().toString(36).slice(2, 8);
let admin: Agent;
let sofia: Agent;
beforeAll(async () => {
  admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  sofia = await Agent.signIn(browser, base, 'sofia@demo.test', '/console');
});

test('F9: in the console a badge calls a supervisor to a waiting chat', async () => {
  const { page } = sofia;
  // An online agent: without one, the question would be left for later.
  await Agent.signIn(browser, base, 'anna@demo.test');
  await page.goto(`${base}/console/account`);
  await page.getByRole('heading', { level: 1, name: 'Account' }).waitFor();
  const rail = page.getByRole('navigation', { name: 'Main menu' });
  const workspace = rail.getByRole('link', { name: /Workspace/ });
  const visitor = await Visitor.visit(browser, base);
  const question = `Is anybody there? ${mark}`;
  await visitor.open();
  const before = await workspace.innerText();
  const seenAt = workspace.evaluate(
    (link) =>
      new Promise<number>((resolve) => {
        const watch = { subtree: true, childList: true, characterData: true };
        new MutationObserver(() => resolve(Date.now())).observe(link, watch);
      }),
  );
  const askedAt = Date.now();
  await visitor.say(question);
  console.log(`The badge was there ${(await seenAt) - askedAt} ms after the visitor’s click.`);
  expect(await workspace.innerText()).not.toBe(before);
  await workspace.getByText(/^\d+\+?$/).waitFor();
  await workspace.click();
  await page.waitForURL(/\/workspace/);
  await sofia.row('Unassigned', question).waitFor();
  expect([...visitor.errors, ...sofia.errors]).toEqual([]);
});

test('AUD-1: an administrator’s change is at the top of the audit log, field by field', async () => {
  const { page } = admin;
  await page.goto(`${base}/console/groups/new`);
  await page.getByLabel('Name', { exact: true }).fill(`Sales ${mark}`);
  await page.getByRole('main').getByRole('button', { name: 'Add group' }).click();
  await page.waitForURL(/\/console\/groups\/grp_/);
  await page.getByLabel('Name', { exact: true }).fill(`Returns ${mark}`);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await eventually(() => page.getByRole('button', { name: 'Undo changes' }).count(), 0);
  await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Audit log' }).click();
  const row = (at: number) => page.getByRole('row').nth(at);
  await row(1).getByText(`Changed the group Sales ${mark}`).waitFor();
  await row(2).getByText(`Added the group Sales ${mark}`).waitFor();
  for (const said of ['Alex Moreau', /^127(\.\d+){3}$/]) await row(1).getByText(said).waitFor();
  await row(1).getByText('Name', { exact: true }).click();
  await row(1).getByText(`Returns ${mark}`).waitFor();

  await page.getByLabel('Action').selectOption('Group added');
  await row(1).getByText(`Added the group Sales ${mark}`).waitFor();
  await page.getByRole('combobox', { name: 'User' }).fill('sofia');
  await page.getByRole('option', { name: /Sofia Lindqvist/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('No matching entries').waitFor();
  await page.getByRole('button', { name: 'Show all', exact: true }).click();
  await row(1).getByText(`Changed the group Sales ${mark}`).waitFor();
  expect(admin.errors).toEqual([]);
});

test('AUD-1: the audit log is for administrators alone; every manager can see the permissions of each role', async () => {
  const { page } = sofia;
  await page.goto(`${base}/console/users`);
  const menu = page.getByRole('navigation', { name: 'Console' });
  await menu.getByRole('link', { name: 'Users & groups' }).waitFor();
  expect(await menu.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
  await page.goto(`${base}/console/audit`);
  await page.getByText('You don’t have permission to do that.').waitFor();
  await page.goto(`${base}/console/users`);
  await page.getByRole('link', { name: 'Permissions' }).click();
  const right = page.getByRole('row', { name: /View the audit log/ });
  await eventually(() => right.getByRole('cell').allInnerTexts(), ['No', 'No', 'Yes', 'Yes']);
  await page.getByText('Chats agents can see').waitFor();
  const anna = await Agent.signIn(browser, base, 'anna@demo.test', '/workspace');
  await anna.page.goto(`${base}/console/audit`);
  await anna.page.getByText('You don’t have access to the console').waitFor();
});

test('F8: the menu leads a manager to the code for their website', async () => {
  const { page } = sofia;
  await page.getByRole('button', { name: 'Sofia Lindqvist, user menu' }).click();
  await page.getByRole('menuitem', { name: 'Your website' }).click();
  await page.waitForURL(/\/console\/websites/);
  await page.getByRole('button', { name: 'Copy' }).waitFor();
});
