/** A user has two names: colleagues see the name, visitors the nickname, on every screen. */
import { expect, test } from 'vitest';
import { Agent, eventually, Visitor } from './people.ts';
import { stage } from './stage.ts';

const { base, browser } = await stage();
const mark = Math.random().toString(36).slice(2, 8);

test('F185: a user with a nickname has their name on staff screens and the nickname in the widget', async () => {
  const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  const { page } = admin;
  await page.goto(`${base}/console/users?search=ben@demo.test`);
  await page.getByRole('link', { name: 'Ben Okafor' }).click();
  await page.getByLabel('Nickname').fill('Benny');
  await page.getByRole('main').getByRole('button', { name: 'Save', exact: true }).click();
  await eventually(() => page.getByRole('button', { name: 'Undo changes' }).count(), 0);

  const ben = await Agent.signIn(browser, base, 'ben@demo.test');
  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test');
  const visitor = await Visitor.visit(browser, base);
  const question = `Who is there? ${mark}`;
  await visitor.ask(question);
  await ben.take(question);
  await ben.say('It is me.');
  await visitor.sees('It is me.');
  expect(await visitor.chat.getByText('Benny').count()).toBeGreaterThan(0);
  expect(await visitor.chat.getByText('Ben Okafor').count()).toBe(0);

  // A colleague in the workspace: the list, the header, the transcript, the details.
  await sofia.row('Team chats', 'Ben Okafor').getByRole('link').click();
  await sofia.sees('It is me.');
  await sofia.page
    .getByText(/Assigned to/)
    .first()
    .waitFor();
  const seen = async (other: Agent) => (await other.page.locator('body').innerText()).includes('Benny');
  expect(await seen(sofia)).toBe(false);
  await sofia.page.getByText(/Ben Okafor.* took this chat/).waitFor();

  // The console: the floor, agent activity, the audit log, the list of chats, a transcript. D1 is updated within
  // seconds.
  await ben.endChat();
  for (const path of ['floor', 'time-table', 'audit', 'chats']) {
    const found = async () => {
      await page.goto(`${base}/console/${path}`);
      await page.waitForLoadState('networkidle');
      return (await page.getByText('Ben Okafor').count()) > 0;
    };
    await expect.poll(found, { timeout: 20_000, message: path }).toBe(true);
    expect([path, await seen(admin)]).toEqual([path, false]);
  }
  await page
    .getByRole('link', { name: /^Visitor / })
    .first()
    .click();
  await page.getByText(/Ben Okafor.* took this chat/).waitFor();
  expect(await seen(admin)).toBe(false);
  // The list of users shows both names.
  await page.goto(`${base}/console/users?search=ben@demo.test`);
  await page.getByRole('rowheader', { name: 'Ben Okafor Benny' }).waitFor();
  expect([...admin.errors, ...ben.errors, ...sofia.errors, ...visitor.errors]).toEqual([]);
});

test('F185: the audit log names a user with a nickname by their own name', async () => {
  const admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
  const { page } = admin;
  await page.goto(`${base}/console/users?search=admin@demo.test`);
  await page.getByRole('link', { name: 'Alex Moreau' }).click();
  await page.getByLabel('Nickname').fill('Lex');
  await page.getByRole('main').getByRole('button', { name: 'Save', exact: true }).click();
  await eventually(() => page.getByRole('button', { name: 'Undo changes' }).count(), 0);
  await page.goto(`${base}/console/groups/new`);
  await page.getByLabel('Name', { exact: true }).fill(`Named ${mark}`);
  await page.getByRole('main').getByRole('button', { name: 'Add group' }).click();
  await page.waitForURL(/\/console\/groups\/grp_/);
  await page.goto(`${base}/console/audit`);
  const row = page.getByRole('row').filter({ hasText: `Named ${mark}` });
  await row.getByText('Alex Moreau').waitFor();
  expect(await page.getByText('Lex', { exact: true }).count()).toBe(0);
});
