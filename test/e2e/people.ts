/** The visitors and agents of a journey. They use a page by its accessible names alone. */
import AxeBuilder from '@axe-core/playwright';
import type { Browser, FrameLocator, Locator, Page } from 'playwright';
import { expect } from 'vitest';

const desktop = { width: 1440, height: 900 };
/** Milliseconds that a journey waits for an element to appear. A machine with both cores busy needs many seconds. */
const patience = 60_000;

/** A person's browser, which opens windows; one with other settings has the same method. */
type Windows = Pick<Browser, 'newContext'>;

let addresses = 0;
/** Each client has an address of its own, because sign-ins from one address are counted. */
const ownAddress = () => ({ 'CF-Connecting-IP': `127.${process.pid % 250}.0.${++addresses}` });

/** Violations of the pages' policies, over all journeys of a file: no journey may cause any (stage.ts). */
export const violations: string[] = [];

/** Collects a page's errors: thrown ones, and violations of its policy. */
export function errorsOf(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (/Content[- ]Security[- ]Policy|TrustedHTML|TrustedScript|Permissions[- ]Policy/i.test(message.text()))
      violations.push(`${page.url()}: ${message.text()}`);
    // A refused request is a normal answer, but the browser reports it as an error.
    if (message.type() === 'error' && !message.text().includes('the server responded with a status of 4')) {
      errors.push(message.text());
    }
  });
  return errors;
}

export class Visitor {
  readonly chat: FrameLocator;
  readonly errors: string[];

  private constructor(readonly page: Page) {
    this.chat = page.frameLocator('iframe[title="Chat"]');
    this.errors = errorsOf(page);
  }

  static async visit(browser: Windows, base: string): Promise<Visitor> {
    const context = await browser.newContext({ viewport: desktop });
    context.setDefaultTimeout(patience);
    const visitor = new Visitor(await context.newPage());
    await visitor.page.goto(`${base}/demo`);
    return visitor;
  }

  get composer(): Locator {
    return this.chat.getByRole('textbox', { name: 'Message' });
  }

  get button(): Locator {
    return this.page.getByRole('button', { name: 'Chat' });
  }

  async open(): Promise<void> {
    await this.button.click();
    await this.composer.waitFor();
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.chat.getByRole('button', { name: 'Send' }).click();
  }

  /** Opens the chat and asks, without a name or an email. */
  async ask(text: string): Promise<void> {
    await this.open();
    await this.say(text);
    await this.sees(text);
  }

  async sees(text: string): Promise<void> {
    await this.chat.getByRole('log').getByText(text, { exact: true }).first().waitFor();
  }

  async count(text: string): Promise<number> {
    return this.chat.getByRole('log').getByText(text, { exact: true }).count();
  }
}

export class Agent {
  readonly errors: string[];

  private constructor(
    readonly page: Page,
    readonly base: string,
  ) {
    this.errors = errorsOf(page);
  }

  static async signIn(browser: Windows, base: string, email: string, path = '/workspace'): Promise<Agent> {
    const agent = await Agent.tryToSignIn(browser, base, email);
    await agent.page.waitForURL(/\/(workspace|console)/);
    if (!new URL(agent.page.url()).pathname.startsWith(path)) await agent.page.goto(`${base}${path}`);
    return agent;
  }

  /** Fills in the form and sends it, whether it succeeds or not. */
  static async tryToSignIn(
    browser: Windows,
    base: string,
    email: string,
    password = 'parley-demo',
  ): Promise<Agent> {
    const context = await browser.newContext({ viewport: desktop, extraHTTPHeaders: ownAddress() });
    context.setDefaultTimeout(patience);
    const agent = new Agent(await context.newPage(), base);
    await agent.page.goto(`${base}/login`);
    await agent.page.getByLabel('Email').fill(email);
    await agent.page.getByLabel('Password', { exact: true }).fill(password);
    await agent.page.getByRole('button', { name: 'Sign in' }).click();
    return agent;
  }

  get note(): Locator {
    return this.page.getByRole('textbox', { name: 'Private note' });
  }

  group(
    name:
      | 'Mentions'
      | 'Awaiting code'
      | 'Unassigned'
      | 'Offline requests'
      | 'Unanswered'
      | 'My chats'
      | 'Team chats'
      | 'Closed',
  ): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }

  get log(): Locator {
    return this.page.getByRole('log');
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: 'Message' });
  }

  get notices(): Locator {
    return this.page.getByRole('region', { name: 'Notifications' });
  }

  /** The row of a conversation in a group, found by the text of its last message. */
  row(group: Parameters<Agent['group']>[0], text: string): Locator {
    return this.group(group).getByRole('listitem').filter({ hasText: text });
  }

  async take(text: string): Promise<void> {
    await this.row('Unassigned', text).getByRole('button', { name: 'Take' }).click();
    // The chat before it can be on the screen for another moment.
    await this.row('My chats', text).locator('[aria-current]').waitFor();
    await this.composer.waitFor();
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  async sees(text: string): Promise<void> {
    await this.log.getByText(text, { exact: true }).first().waitFor();
  }

  async endChat(): Promise<void> {
    await this.page.getByRole('button', { name: 'End chat' }).click();
    await this.page.getByRole('dialog').getByRole('button', { name: 'Yes' }).click();
  }
}

/** Accessibility violations that axe finds on a page, as rule and element. */
export async function accessibilityOf(page: Page): Promise<string[]> {
  // In the middle of a fade a text has less contrast than anybody reads it with.
  await page.evaluate(() => {
    const ends = (animation: Animation) => animation.effect?.getComputedTiming().endTime !== Infinity;
    return Promise.allSettled(
      document
        .getAnimations()
        .filter(ends)
        .map(({ finished }) => finished),
    );
  });
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}

/**
 * Elements of a page that are wider than their container, and by how much: only menus and code may scroll sideways.
 */
export function sidewaysOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const scrolls = (element: Element) =>
      element === document.documentElement || /auto|scroll/.test(getComputedStyle(element).overflowX);
    return [...document.querySelectorAll('*')]
      .filter((element) => scrolls(element) && element.closest('nav, pre') === null)
      .map((element) => ({ name: element.localName, over: element.scrollWidth - element.clientWidth }))
      .filter(({ over }) => over > 0)
      .map(({ name, over }) => `${name}: ${over} px`);
  });
}

/** Waits for a fact that is read from the server, not from a screen. */
export async function eventually<T>(read: () => Promise<T>, wanted: T): Promise<void> {
  await expect.poll(read).toEqual(wanted);
}
