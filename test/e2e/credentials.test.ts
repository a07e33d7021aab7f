/** Proof of identity on the screen: the sign-in page, links by mail, the profile, two-factor authentication. */
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { accessibilityOf, Agent, eventually } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser, linkTo, operatorSecret } = await stage();

const password = 'parley-demo';
const next = 'a horse of another colour';

/** Creates an account with an administrator and an agent, for one test. */
async function newAccount(): Promise<{ admin: string; agent: string }> {
  const mark = Math.random().toString(36).slice(2, 8);
  const [admin, agent] = [`admin.${mark}@demo.test`, `agent.${mark}@demo.test`];
  const answer = await fetch(`${base}/api/operator/accounts`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${operatorSecret}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({
      name: 'Contoso',
      timeZone: 'UTC',
      users: [
        { email: admin, name: 'Ada Admin', password, roles: ['administrator'] },
        { email: agent, name: 'Gus Agent', password, roles: ['agent'] },
      ],
    }),
  });
  expect(answer.status).toBe(200);
  return { admin, agent };
}

async function fillIn(page: Page, email: string, pass: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(pass);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('PWD-3 F5: a link replaces a forgotten password, and leaves no trace in the address', async () => {
  const { agent: email } = await newAccount();
  const before = await Agent.tryToSignIn(browser, base, email);
  await before.page.waitForURL(/\/workspace/);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${base}/login`);
  expect(await page.getByRole('link', { name: 'Help' }).getAttribute('href')).toBe('https://help.example/');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByRole('heading', { name: 'Forgot your password?' }).waitFor();
  await page.getByLabel('Email').fill(email);
  await page.getByRole('button', { name: 'Send link' }).click();
  await page.getByText('we’ve sent a link to it').waitFor();
  expect(await accessibilityOf(page)).toEqual([]);

  const link = await linkTo(email);
  await page.goto(link);
  await eventually(() => Promise.resolve(new URL(page.url()).hash), '');
  await page.getByLabel('New password').fill('short');
  await page.getByRole('button', { name: 'Save password' }).click();
  await page.getByText('At least 8 characters.', { exact: true }).waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  await page.getByLabel('New password').fill(next);
  await page.getByRole('button', { name: 'Save password' }).click();
  // The new password signs the user in at once, and ends every other session.
  await page.waitForURL(/\/workspace/);
  await before.page.getByText('Your password changed. Sign in again.').waitFor();
  await fillIn(before.page, email, next);
  await before.page.waitForURL(/\/workspace/);

  await page.goto(link);
  await page.getByText('This link has expired or was already used.').waitFor();
  await context.close();
});

test('F3 F2: a session that is remembered, one that is not, and the status at sign-in', async () => {
  const { agent: email } = await newAccount();
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${base}/login`);
  await page.getByLabel('Start with status').selectOption('Offline');
  await page.getByLabel('Remember me').check();
  await fillIn(page, email, password);
  await page.waitForURL(/\/workspace/);
  await page.getByRole('button', { name: 'Gus Agent, user menu' }).click();
  await page
    .getByRole('menuitemradio', { name: 'Offline' })
    .and(page.locator('[aria-checked="true"]'))
    .waitFor();
  const cookies = async () => (await context.cookies()).filter(({ name }) => name === '__Host-parley');
  expect((await cookies())[0]?.expires).toBeGreaterThan(Date.now() / 1_000 + 86_400);
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL(/\/login/);
  await eventually(() => page.getByLabel('Email').inputValue(), email);

  await page.getByLabel('Remember me').uncheck();
  await fillIn(page, email, password);
  await page.waitForURL(/\/workspace/);
  // A session cookie: it lasts until the browser ends.
  expect((await cookies())[0]?.expires).toBe(-1);
  await page.getByRole('button', { name: 'Gus Agent, user menu' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL(/\/login/);
  await eventually(() => page.getByLabel('Email').inputValue(), '');
  await context.close();
});

test('F2: the sign-in form asks a remembered administrator for no status, and any other email for one', async () => {
  const { agent, admin } = await newAccount();
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${base}/login`);
  const status = page.getByLabel('Start with status');
  await page.getByText('Applies to users who answer chats.').waitFor();
  await page.getByLabel('Remember me').check();
  await fillIn(page, admin, password);
  await page.waitForURL(/\/console/);
  await page.getByRole('button', { name: /, user menu$/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL(/\/login/);
  await eventually(() => page.getByLabel('Email').inputValue(), admin);
  expect(await status.count()).toBe(0);
  await page.getByLabel('Email').fill(agent);
  await status.selectOption('Invisible');
  await fillIn(page, agent, password);
  await page.waitForURL(/\/workspace/);
  await page
    .getByRole('button', { name: /, user menu$/ })
    .getByText('Invisible')
    .waitFor();
  await context.close();
});

test('PWD-9: a user who changes their password stays signed in here, live, and is signed out everywhere else', async () => {
  const { agent: email } = await newAccount();
  const here = await Agent.tryToSignIn(browser, base, email);
  const there = await Agent.tryToSignIn(browser, base, email);
  for (const { page } of [here, there]) await page.waitForURL(/\/workspace/);
  const { page } = here;
  // A second tab of the same browser continues, too.
  const second = await page.context().newPage();
  await second.goto(`${base}/workspace`);
  await second.getByRole('region', { name: 'Unassigned' }).waitFor();
  await page.goto(`${base}/profile`);
  await page.getByRole('button', { name: 'Change password' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Current password').fill('not mine');
  await dialog.getByLabel('New password').fill(next);
  await dialog.getByRole('button', { name: 'Change password' }).click();
  await dialog.getByText('Incorrect password.').waitFor();
  await dialog.getByLabel('Current password').fill(password);
  await dialog.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Password changed.').waitFor();
  await there.page.getByText('Your password changed. Sign in again.').waitFor();
  await eventually(() => page.getByRole('main').getByRole('listitem').count(), 1);
  // Both tabs' sockets have reconnected: a status chosen in one tab is shown in the other.
  await page.getByRole('button', { name: 'Gus Agent, user menu' }).click();
  await page.getByRole('menuitemradio', { name: 'Offline' }).click();
  await second.getByRole('button', { name: 'Gus Agent, user menu' }).click();
  await second
    .getByRole('menuitemradio', { name: 'Offline' })
    .and(second.locator('[aria-checked="true"]'))
    .waitFor();
  expect(here.errors).toEqual([]);
});

const codeOf = (secret: string, periods = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + periods * 30_000 });

/** Sets up two-factor authentication; returns the app's secret and the recovery codes. */
async function setUp(page: Page): Promise<{ secret: string; codes: string[] }> {
  await page.getByLabel('Confirm your password').fill(password);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('img', { name: 'QR code' }).waitFor();
  const secret = await page.locator('code').innerText();
  await page.getByLabel('Enter the code shown in the app').fill('000000');
  await page.getByRole('button', { name: 'Turn on' }).click();
  await page.getByText('Incorrect or already used code.').waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  await page.getByLabel('Enter the code shown in the app').fill(codeOf(secret));
  await page.getByRole('button', { name: 'Turn on' }).click();
  await page.getByText('Save your recovery codes').waitFor();
  const codes = (await page.locator('code').innerText()).split('\n');
  expect(codes).toHaveLength(10);
  await page.getByRole('button', { name: 'I’ve saved these codes' }).click();
  return { secret, codes };
}

test('TWO-2: two-factor authentication is set up in the profile, and sign-in then requires its code', async () => {
  const { agent: email } = await newAccount();
  const { page } = await Agent.tryToSignIn(browser, base, email);
  await page.waitForURL(/\/workspace/);
  await page.goto(`${base}/profile`);
  await page.getByRole('button', { name: 'Set up' }).click();
  const { secret, codes } = await setUp(page);
  await page.getByText('On. Signing in takes a code').waitFor();

  for (const code of [codeOf(secret, 1), codes[0] ?? '']) {
    const again = await Agent.tryToSignIn(browser, base, email);
    await again.page.getByRole('heading', { name: 'Two-factor authentication' }).waitFor();
    await again.page.getByLabel('Code').fill('123');
    await again.page.getByRole('button', { name: 'Continue' }).click();
    await again.page.getByText('Incorrect or already used code.').waitFor();
    expect(await accessibilityOf(again.page)).toEqual([]);
    await again.page.getByLabel('Code').fill(code);
    await again.page.getByRole('button', { name: 'Continue' }).click();
    await again.page.waitForURL(/\/workspace/);
    await again.page.context().close();
  }
  await page.getByRole('button', { name: 'Turn off' }).click();
  // The password alone must not turn it off: an unlocked screen would be enough.
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Your password').fill(password);
  expect(await dialog.getByRole('button', { name: 'Turn off' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Code from your app').fill('000000');
  await dialog.getByRole('button', { name: 'Turn off' }).click();
  await dialog.getByText('Incorrect or already used code.').waitFor();
  expect(await accessibilityOf(page)).toEqual([]);
  await picture(page, 'second-factor-off');
  await dialog.getByLabel('Code from your app').fill(codes[1] ?? '');
  await dialog.getByRole('button', { name: 'Turn off' }).click();
  await page.getByText('Two-factor authentication is off').waitFor();
});

test('TWO-8: if the account requires two-factor authentication, a user without it sets it up and continues', async () => {
  const { admin, agent } = await newAccount();
  const { page } = await Agent.tryToSignIn(browser, base, agent);
  await page.getByRole('region', { name: 'Unassigned' }).waitFor();
  const boss = await Agent.tryToSignIn(browser, base, admin);
  await boss.page.waitForURL(/\/console/);
  const answer = await boss.page.evaluate(async () => {
    const account = (await (await fetch('/api/account')).json()) as { id?: string };
    delete account.id;
    const response = await fetch('/api/account', {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...account, needsSecondFactor: true }),
    });
    return response.status;
  });
  expect(answer).toBe(200);
  // At once, on an open screen.
  await page.getByRole('heading', { name: 'Set up two-factor authentication' }).waitFor();
  await setUp(page);
  await page.getByRole('region', { name: 'Unassigned' }).waitFor();
  await boss.page.getByRole('heading', { name: 'Set up two-factor authentication' }).waitFor();
});
