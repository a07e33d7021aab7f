/** Looks at views for elements made of payloads, in windows without the policies that would stop their scripts. */
import { isRefusal, type Refusal } from '#protocol';
import type { Browser, Frame, Page } from 'playwright';

/** Elements of a payload, handlers in attributes, and links to anything but a web page or a mailbox. */
export function madeIn(frame: Frame): Promise<string[]> {
  return frame.evaluate(() => {
    const handlers = (element: Element) => [...element.attributes].some(({ name }) => name.startsWith('on'));
    const wrong = (element: Element) =>
      element.hasAttribute('data-p') ||
      handlers(element) ||
      (element instanceof HTMLIFrameElement && element.srcdoc !== '') ||
      (element instanceof HTMLAnchorElement &&
        element.hasAttribute('href') &&
        !/^(?:https?|mailto):$/.test(element.protocol));
    const roots: (Document | ShadowRoot)[] = [document];
    for (const root of roots)
      for (const { shadowRoot } of root.querySelectorAll('*')) if (shadowRoot) roots.push(shadowRoot);
    const all = roots.flatMap((root) => [...root.querySelectorAll('*')]);
    for (const each of all.slice(-300)) each.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
    return all.filter(wrong).map((element) => element.outerHTML.slice(0, 200));
  });
}

export class PayloadWatch {
  /** The pages on which a payload ran. */
  readonly runs: string[] = [];
  /** The elements that views made of payloads, and the number of views. */
  readonly made: string[] = [];
  looks = 0;
  /** Windows without policies: only the pages themselves prevent a script. */
  readonly open: Pick<Browser, 'newContext'>;

  constructor(browser: Browser) {
    this.open = {
      newContext: async (options) => {
        const context = await browser.newContext({ ...options, bypassCSP: true });
        await context.addInitScript(() => {
          Object.defineProperty(window, 'hacked', { set: () => console.error('A payload has run.') });
        });
        context.on('console', (message) => {
          if (message.text() === 'A payload has run.') this.runs.push(message.page()?.url() ?? '');
        });
        return context;
      },
    };
  }

  async look(page: Page, view: string): Promise<void> {
    this.looks++;
    for (const frame of page.frames())
      this.made.push(...(await madeIn(frame)).map((html) => `${view}: ${html}`));
  }
}

export async function cookieOf(base: string, email: string): Promise<string> {
  const response = await fetch(`${base}/api/login`, {
    method: 'POST',
    headers: { Origin: base, 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password: 'parley-demo' }),
  });
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}

/** Runs a job for each item, eight at a time. */
export async function each<T>(items: readonly T[], job: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await job(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

export const ok = <T extends object>(answer: T | Refusal): T => {
  if (isRefusal(answer)) throw new Error(JSON.stringify(answer));
  return answer;
};
