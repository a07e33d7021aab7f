import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, expect } from 'vitest';
import { seedDemo } from '../../bin/demo.mjs';
import { startMailbox } from '../../bin/mailbox.mjs';
import { scratchFolder, startServer } from '../../bin/server.mjs';
import { launchBrowser } from '../helpers/browser.ts';
import { violations } from './people.ts';

export interface Stage {
  /** The server's address for a browser: one host, with cookies of its own. */
  readonly base: string;
  readonly operatorSecret: string;
  readonly browser: Browser;
  /** The link in the last mail to an address. */
  linkTo(email: string): Promise<string>;
  /** Confirms an email by that link, as its owner does, without a browser. */
  confirm(email: string): Promise<void>;
}

/** Takes screenshots of a page, for review: wide and narrow, light and dark, if `PICTURES` names a folder. */
export async function picture(page: Page, name: string, widths = [1440, 390]): Promise<void> {
  const folder = process.env['PICTURES'];
  if (!folder) return;
  const size = page.viewportSize();
  for (const width of widths) {
    await page.setViewportSize({ width, height: width > 1000 ? 900 : 844 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({
        animations: 'disabled',
        path: path.join(folder, `${name}-${width}-${colorScheme}.png`),
      });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  if (size) await page.setViewportSize(size);
}

/**
 * Starts the stage of a file of journeys: a browser, a mail server, and the built Worker with the demo account, all
 * of its own. So no journey meets users or chats of another file. A journey fails if a page's policy blocked
 * something. When a journey fails, screenshots of its pages are written to the folder `SCREENSHOTS`, if that is set.
 * `settings` are the server's.
 */
export async function stage(settings: Record<string, string> = {}): Promise<Stage> {
  const dataDir = scratchFolder();
  const mailbox = await startMailbox();
  // If a client states no address, Miniflare fills in the socket's; these clients state their own.
  const usual = { DEMO: 'true', BEHIND_CLOUDFLARE: 'true', HELP_URL: 'https://help.example/' };
  const env = { ...usual, ...mailbox.env, ...settings };
  const [server, browser] = await Promise.all([
    startServer({ dataDir, quiet: true, env, built: true }),
    launchBrowser(),
  ]);
  // Journeys add the canned responses that they need.
  await seedDemo(server, false);
  const shots = process.env['SCREENSHOTS'];
  afterEach(async ({ task }) => {
    if (!shots || task.result?.state !== 'fail') return;
    const pages = browser.contexts().flatMap((context) => context.pages());
    for (const [at, page] of pages.entries()) {
      await page.screenshot({ path: path.join(shots, `${task.id}-${at}.png`) });
    }
  });
  afterEach(() => expect(violations.splice(0)).toEqual([]));
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await mailbox.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const base = server.url.replace('127.0.0.1', 'localhost');
  const linkTo = async (email: string) => {
    const find = () => {
      const last = mailbox.mails.findLast(({ to }) => to === email);
      return /http\S+\/(?:password|confirm)#\S+/.exec(last?.text ?? '')?.[0];
    };
    await expect.poll(find).toBeDefined();
    return find() as string;
  };
  return {
    ...{ base, browser, linkTo, operatorSecret: server.operatorSecret },
    async confirm(email) {
      const token = new URL(await linkTo(email)).hash.slice(1);
      const answer = await fetch(`${base}/api/email/confirm`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: base },
        body: JSON.stringify({ token }),
      });
      expect(answer.status).toBe(200);
    },
  };
}
