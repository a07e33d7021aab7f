/** Users and groups: an administrator creates them, and each user sees the effect in their own browser. */
import type { Page } from 'playwright';
import { beforeAll, expect, test } from 'vitest';
import { accessibilityOf, Agent, eventually } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser, linkTo, confirm, operatorSecret } = await stage();
let admin: Agent;
beforeAll(async () => {
  admin = await Agent.signIn(browser, base, 'admin@demo.test', '/console');
});

const mark = Math.random().toString(36).slice(2, 8);
const here = '127.0.0.0/8\n::1';
const elsewhere = '203.0.113.0/24';

interface Person {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** Adds a user by the form, and confirms the email; `more` fills in the other fields. */
async function addUser(name: string, more: (page: Page) => Promise<unknown>): Promise<Person> {
  const person = await addUnconfirmed(name, more);
  await confirm(person.email);
  return person;
}

async function addUnconfirmed(name: string, more: (page: Page) => Promise<unknown>): Promise<Person> {
  const { page } = admin;
  await page.goto(`${base}/console/users`);
  await page.getByRole('button', { name: 'Add user' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  const email = `${name.toLowerCase().replaceAll(' ', '.')}.${mark}@demo.test`;
  await page.getByRole('textbox', { name: 'Email' }).fill(email);
  await more(page);
  await page.getByRole('radio', { name: 'Set a password' }).check();
  await page.getByRole('button', { name: 'Generate' }).click();
  await page.getByText('Strong.').waitFor();
  const password = await page.getByLabel('Password', { exact: true }).inputValue();
  await page.getByRole('main').getByRole('button', { name: 'Add user' }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.waitForURL(/\/console\/users\/usr_/);
  return { name, email, password };
}

test('F185 F188 F189: a group and two users with generated passwords; one may sign in from this address, one may not', async () => {
  const { page } = admin;
  await page.goto(`${base}/console/groups`);
  await page.getByRole('button', { name: 'Add group' }).click();
  await page.getByLabel('Name', { exact: true }).fill(`Night shift ${mark}`);
  await page.getByRole('main').getByRole('button', { name: 'Add group' }).click();
  await page.waitForURL(/\/console\/groups\/grp_/);

  const rules = (text: string) => async (form: Page) => {
    await form.getByLabel(`Night shift ${mark}`).check();
    await form.getByLabel('Allowed IP addresses').fill(text);
  };
  const near = await addUser('Ines Duarte', rules(here));
  const far = await addUser('Li Wei', rules(elsewhere));
  const ines = await Agent.tryToSignIn(browser, base, near.email, near.password);
  await ines.page.waitForURL(/\/workspace/);
  await ines.group('Unassigned').waitFor();
  const wei = await Agent.tryToSignIn(browser, base, far.email, far.password);
  await wei.page.getByText('Your IP address isn’t allowed.').waitFor();

  await page.goto(`${base}/console/groups`);
  await page.getByRole('link', { name: `Night shift ${mark} 2 users` }).click();
  for (const { name } of [near, far]) await eventually(() => page.getByLabel(name).isChecked(), true);
  await page.goto(`${base}/console/users?search=${mark}`);
  await eventually(() => page.getByRole('row').count(), 3);
  expect([...admin.errors, ...ines.errors, ...wei.errors]).toEqual([]);
});

test('F189: a wrong line is named by its number, and users who lock themselves out are warned first', async () => {
  const { page } = admin;
  await page.goto(`${base}/console/users?search=admin@demo.test`);
  await page.getByRole('link', { name: 'Alex Moreau' }).click();
  const rules = page.getByLabel('Allowed IP addresses');
  await rules.fill('127.0.0.1\n\n10.0.0.0/99');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Line 3 isn’t an address or a range').waitFor();
  await rules.fill(elsewhere);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const warning = page.getByRole('alertdialog', { name: 'Lock yourself out?' });
  await warning.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Undo changes' }).click();
  await page.reload();
  expect(await page.getByLabel('Allowed IP addresses').inputValue()).toBe('');
});

test('F7 I14: a user who loses the right to manage while in the console is refused at the next click, with a reason', async () => {
  const person = await addUser('Omar Haddad', (form) => form.getByLabel('Supervisor').check());
  const omar = await Agent.tryToSignIn(browser, base, person.email, person.password);
  await omar.page.waitForURL(/\/console/);
  await admin.page.getByLabel('Console access').uncheck();
  await admin.page.getByRole('button', { name: 'Save', exact: true }).click();
  await omar.page.getByText('Your permissions changed. Sign in again.').waitFor();
  await omar.page.getByLabel('Email').fill(person.email);
  await omar.page.getByLabel('Password', { exact: true }).fill(person.password);
  await omar.page.getByRole('button', { name: 'Sign in' }).click();
  await omar.page.getByText('You don’t have access to the console').waitFor();
  await omar.page.goto(`${base}/login`);
  await omar.page.waitForURL(/\/workspace/);
  expect(await omar.page.getByRole('link', { name: 'Console' }).count()).toBe(0);
});

test('F190: a deleted user is signed out at once, can be restored for a while, and is listed among the deleted', async () => {
  const person = await addUser('Ana Souza', () => Promise.resolve());
  const ana = await Agent.tryToSignIn(browser, base, person.email, person.password);
  await ana.group('Unassigned').waitFor();
  const { page } = admin;
  const remove = async () => {
    await page.getByRole('button', { name: 'Delete user' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL(/\/console\/users$/);
  };
  await remove();
  await ana.page.getByText('Your user was deleted.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Ana Souza restored').waitFor();
  await page.goto(`${base}/console/users?search=${person.email}`);
  await page.getByRole('link', { name: 'Ana Souza' }).click();
  await remove();
  await page.goto(`${base}/console/users?search=${person.email}`);
  await page.getByText('No matching users').waitFor();
  await page.getByLabel('Status').selectOption('Deleted');
  await page.getByRole('link', { name: 'Ana Souza' }).click();
  await page.getByText('The name stays in the history.').waitFor();
});

test('S9 F10: users see their own sessions by device, and can end another one from here', async () => {
  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test', '/console');
  const other = await Agent.signIn(browser, base, 'sofia@demo.test', '/console');
  await sofia.page.getByRole('button', { name: 'Sofia Lindqvist, user menu' }).click();
  await sofia.page.getByRole('menuitem', { name: 'Profile' }).click();
  await sofia.page.getByText('Active sessions').waitFor();
  await sofia.page.getByText('This device').waitFor();
  expect(await sofia.page.getByText(/Chrom\w+ on Linux/).count()).toBeGreaterThanOrEqual(2);
  await sofia.page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await other.page.waitForURL(/\/login/);
  await eventually(() => sofia.page.getByRole('main').getByRole('listitem').count(), 1);
  expect(sofia.errors).toEqual([]);
});

test('F185: an invited user chooses a password by the link in the mail', async () => {
  const { page } = admin;
  const email = `ruth.${mark}@demo.test`;
  await page.goto(`${base}/console/users/new`);
  await page.getByLabel('Name', { exact: true }).fill('Ruth Abara');
  await page.getByRole('textbox', { name: 'Email' }).fill(email);
  await page.getByRole('radio', { name: 'Invite by email' }).and(page.locator(':checked')).waitFor();
  await page
    .getByRole('main')
    .getByRole('button', { name: /Add user|Invite/ })
    .last()
    .click();
  await page.waitForURL(/\/console\/users\/usr_/);
  const context = await browser.newContext();
  const own = await context.newPage();
  await own.goto(await linkTo(email));
  await own.getByRole('heading', { name: 'Welcome to Northwind Outfitters' }).waitFor();
  await own.getByText(email).waitFor();
  await own.getByLabel('New password').fill('a horse of another colour');
  await own.getByRole('button', { name: 'Save and sign in' }).click();
  await own.waitForURL(/\/workspace/);
  await context.close();
});

/** Opens a mailed link, in a browser of its owner. */
async function followed(email: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(await linkTo(email));
  return page;
}

const long = 'Wilhelmina-Konstantinopolitanskaya van der Westhuizen';

test('F185 a user with a password confirms the email by a button, and cannot sign in before', async () => {
  const person = await addUnconfirmed(long, () => Promise.resolve());
  const { page } = admin;
  await page.getByText('Email not confirmed yet.').waitFor();
  await picture(page, 'unconfirmed');
  expect(await accessibilityOf(page)).toEqual([]);
  const early = await Agent.tryToSignIn(browser, base, person.email, person.password);
  await early.page.getByText('Incorrect email or password.').waitFor();
  await page.getByRole('button', { name: 'Resend link' }).click();
  await page.getByText('Link sent to').first().waitFor();
  await page.goto(`${base}/console/users?search=${person.email}`);
  await page.getByText('Not confirmed').waitFor();
  await picture(page, 'unconfirmed-list');

  const own = await followed(person.email);
  await own.getByText('Northwind Outfitters').first().waitFor();
  await eventually(() => Promise.resolve(new URL(own.url()).hash), '');
  await picture(own, 'confirm');
  expect(await accessibilityOf(own)).toEqual([]);
  await own.getByRole('button', { name: 'Confirm', exact: true }).click();
  await own.getByText('Email confirmed.').waitFor();
  await picture(own, 'confirmed');
  await own.setViewportSize({ width: 390, height: 844 });
  expect(await own.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await own.getByRole('button', { name: 'Sign in' }).click();
  await own.getByLabel('Email').fill(person.email);
  await own.getByLabel('Password', { exact: true }).fill(person.password);
  await own.getByRole('button', { name: 'Sign in' }).click();
  await own.waitForURL(/\/workspace/);
  await page.reload();
  await page.getByRole('link', { name: long }).waitFor();
  expect(await page.getByText('Not confirmed').count()).toBe(0);
  await own.context().close();
});

test('a changed email waits for its owner, can be cancelled, and signs the user in once confirmed', async () => {
  const person = await addUser('Petra Moving', () => Promise.resolve());
  const { page } = admin;
  await page.reload();
  const field = page.getByRole('textbox', { name: 'Email' });
  const save = page.getByRole('button', { name: 'Save', exact: true });
  const other = `petra.${'x'.repeat(40)}.${mark}@a-rather-long-domain-of-a-company.demo.test`;
  await field.fill(other);
  await save.click();
  await page.getByText(`The change to ${other} awaits confirmation`).waitFor();
  // The form shows the current email, not the pending one.
  expect(await field.inputValue()).toBe(person.email);
  await picture(page, 'pending');
  expect(await accessibilityOf(page)).toEqual([]);
  await page.getByRole('button', { name: 'Cancel change' }).click();
  await page.getByText('Change cancelled.').waitFor();
  expect(await page.getByText('awaits confirmation').count()).toBe(0);
  const dead = await followed(other);
  await dead.getByText('This link has expired or was already used.').waitFor();
  await dead.context().close();

  await field.fill(`second.${mark}@demo.test`);
  await save.click();
  await page.getByText('awaits confirmation').waitFor();
  await confirm(`second.${mark}@demo.test`);
  const petra = await Agent.tryToSignIn(browser, base, `second.${mark}@demo.test`, person.password);
  await petra.page.waitForURL(/\/workspace/);
  await page.reload();
  await eventually(() => field.inputValue(), `second.${mark}@demo.test`);
  await page.goto(`${base}/console/audit?kind=email.confirmed`);
  await page.getByText('Confirmed their own email').first().waitFor();
});

test('an email of two accounts belongs to the first user who confirms it; the other link explains that', async () => {
  const email = `shared.${mark}@demo.test`;
  const { page } = admin;
  await page.goto(`${base}/console/users/new`);
  await page.getByLabel('Name', { exact: true }).fill('Shared Person');
  await page.getByRole('textbox', { name: 'Email' }).fill(email);
  await page.getByRole('main').getByRole('button', { name: 'Add user' }).click();
  await page.getByText('Invited; hasn’t set a password yet.').waitFor();
  const link = await linkTo(email);
  // The operator confirms another company's user with the same email.
  const made = await fetch(`${base}/api/operator/accounts`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${operatorSecret}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      ...{ name: 'Contoso', timeZone: 'UTC' },
      users: [{ email, name: 'Shared Person', password: 'parley-demo', roles: ['administrator'] }],
    }),
  });
  expect(made.status).toBe(200);
  const context = await browser.newContext();
  const own = await context.newPage();
  await own.goto(link);
  await own.getByText('This email belongs to another Parley user').waitFor();
  expect(await own.getByLabel('New password').count()).toBe(0);
  await picture(own, 'held');
  expect(await accessibilityOf(own)).toEqual([]);
  await page.reload();
  await page.getByText('Invited; hasn’t set a password yet.').waitFor();
  await context.close();
});
