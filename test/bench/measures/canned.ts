/**
 * Canned responses in an agent's browser, with as many of them as a forum may have: matching alone, the time from a key
 * to the painted suggestions, with and without twenty messages a second in the open chat, the opening of a forum in the
 * picker, and the bytes that it takes.
 */
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { indexed, search } from '#domain/canned/match';
import { makeCommandId, type Forum, type ForumFile } from '#protocol';
import type { BrowserContext, Page } from 'playwright';
import { launchBrowser } from '../../helpers/browser.ts';
import type { Figure } from '../figures.ts';
import { Visit } from '../load/parley.ts';
import { seeded } from '../load/random.ts';
import { startPeer } from '../peers/peer.ts';
import type { Plan, Sizes } from '../plan.ts';
import { percentiles } from '../statistics.ts';

interface Size {
  readonly responses: number;
  readonly words: number;
  readonly openings: number;
}
const sizes: Sizes<Size> = {
  full: { responses: 5_000, words: 60, openings: 7 },
  quick: { responses: 5_000, words: 15, openings: 3 },
  smoke: { responses: 20, words: 2, openings: 1 },
};
/** Characters of an answer. */
const length = 240;
const perSecond = 20;
/** The browser waits so long for a page of a busy machine; milliseconds. */
const patience = 120_000;
const vocabulary = (
  'return refund parcel delivery courier invoice warranty exchange voucher discount address payment account ' +
  'password colour leather waterproof stitching membership newsletter birthday pickup counter reservation size'
).split(' ');

export async function canned(plan: Plan): Promise<Figure[]> {
  const { responses, openings, words } = sizes[plan.scale];
  const texts = made(responses, seeded(plan.seed));
  const peer = await startPeer('parley', { medium: 'ram' });
  const browser = await launchBrowser();
  try {
    const url = peer.address.url.replace('127.0.0.1', 'localhost');
    const visit = await Visit.begin(peer.address);
    const admin = await signedIn(await browser.newContext(), url, 'admin@demo.test');
    const anna = await signedIn(await browser.newContext(), url, 'anna@demo.test');
    const forum = await call<Forum>(admin, 'POST', `${url}/api/forums`, { title: 'All', campaigns: [] });
    const path = `${url}/api/forums/${forum.id}`;
    await call(admin, 'POST', `${path}/import`, csv(texts));
    await call(anna, 'POST', `${url}/api/conversations/${visit.conversation}/take`);
    const page = await anna.newPage();
    await page.goto(`${url}/workspace/${visit.conversation}`);
    const box = page.getByRole('textbox', { name: 'Message' });
    await box.waitFor();
    const work = await workOf(page);

    const { body } = await opened(page, forum.id);
    const open: number[] = [];
    const openWork: number[] = [];
    for (let turn = 0; turn < openings; turn++) {
      await page.reload();
      await box.waitFor();
      const before = await work();
      const { took, loaded } = await opened(page, forum.id);
      open.push(took);
      openWork.push((await work()) - before);
      const [all, file] = [took, loaded].map(Math.round);
      plan.log(
        `picker: ${responses} responses opened in ${all} ms, of which ${file} until the file had arrived`,
      );
    }

    // From here on the open chat's campaign uses the forum.
    await call(admin, 'PATCH', path, { title: 'All', campaigns: null });
    await page.reload();
    await box.waitFor();
    await page.evaluate(watchKeys);
    await typedUntilListed(page);
    const changed = await bytesAfterChange(page, admin, path);
    const before = await work();
    const keys = await typed(page, words);
    const quiet = percentiles(keys);
    const workOfKey = ((await work()) - before) / wordsToType(words).join('').length;
    const stop = visit.stream(perSecond);
    const busy = percentiles(await typed(page, words));
    stop();
    visit.end();
    const alone = percentiles(matched(texts, words));
    const figure = (name: string, unit: string, value: number, atMost?: number): Figure => ({
      name: `${responses} canned responses: ${name}`,
      ...{ unit, digits: 1, samples: { parley: [value] } },
      goals: atMost === undefined ? [] : [{ atMost }],
    });
    return [
      figure('matching alone, p50', 'ms', alone.p50),
      figure('matching alone, p95', 'ms', alone.p95, 50),
      figure('a key to its painted suggestions, p50', 'ms', quiet.p50),
      figure('a key to its painted suggestions, p95', 'ms', quiet.p95, 50),
      figure('processor time of the page for a key and its suggestions, mean', 'ms', workOfKey),
      figure(`a key to its paint with ${perSecond} messages a second, p50`, 'ms', busy.p50),
      figure(`a key to its paint with ${perSecond} messages a second, p95`, 'ms', busy.p95),
      figure('opening of the forum in the picker, p50', 'ms', percentiles(open).p50, 300),
      figure('processor time of the page for that, p50', 'ms', percentiles(openWork).p50),
      figure('bytes of the forum', 'KiB', body.length / 1_024),
      figure('the same with gzip', 'KiB', gzipSync(body).length / 1_024),
      figure('bytes after one change, not compressed', 'KiB', changed / 1_024),
    ];
  } finally {
    await browser.close();
    await peer.stop();
  }
}

interface Texts {
  readonly key: string;
  readonly question: string;
  readonly answer: string;
}

/** Texts in which each word of the vocabulary is in about every third answer. */
function made(count: number, random: () => number): Texts[] {
  const word = () => vocabulary[Math.floor(random() * vocabulary.length)] ?? '';
  const sentence = (most: number) => {
    let text = word();
    for (let next = word(); text.length + next.length < most; next = word()) text += ` ${next}`;
    return text;
  };
  return Array.from({ length: count }, (_, index) => ({
    key: `${word().slice(0, 5)}${index}`,
    question: sentence(40),
    answer: sentence(length).padEnd(length, '.'),
  }));
}

const csv = (texts: readonly Texts[]) =>
  ['key,question,answer', ...texts.map(({ key, question, answer }) => `${key},${question},${answer}`)].join(
    '\n',
  );

/** Milliseconds of each search for the first letters of words. */
function matched(texts: readonly Texts[], words: number): number[] {
  const list = texts.map(indexed);
  const took: number[] = [];
  for (const word of wordsToType(words))
    for (let letters = 3; letters <= word.length; letters++) {
      const began = performance.now();
      search(list, word.slice(0, letters), 6);
      took.push(performance.now() - began);
    }
  return took;
}

/** Words of the vocabulary, and every fourth time one that no response has. */
const wordsToType = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    index % 4 === 3 ? 'zebras' : (vocabulary[index % vocabulary.length] ?? '').slice(0, 6),
  );

async function signedIn(context: BrowserContext, url: string, email: string): Promise<BrowserContext> {
  context.setDefaultTimeout(patience);
  await call(context, 'POST', `${url}/api/login`, { email, password: 'parley-demo' });
  return context;
}

async function call<T>(
  context: BrowserContext,
  method: string,
  url: string,
  data?: object | string,
): Promise<T> {
  const headers = {
    origin: new URL(url).origin,
    ...(typeof data === 'string' && { 'content-type': 'text/csv' }),
  };
  const answer = await context.request.fetch(url, { method, headers, ...(data !== undefined && { data }) });
  if (!answer.ok()) throw new Error(`${method} ${url}: ${answer.status()} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** The processor time of a page's main thread so far, in milliseconds, without the waiting for a busy core. */
async function workOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1_000;
  };
}

/** In the page: the milliseconds from each key to the end of the frame that shows its effect. */
function watchKeys(): void {
  const paints: number[] = [];
  Object.assign(globalThis, { paints });
  addEventListener(
    'keydown',
    ({ timeStamp }) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => paints.push(performance.now() - timeStamp);
        port2.postMessage(null);
      });
    },
    true,
  );
}
const paintsOf = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { paints: number[] }).paints.splice(0));

/** Types words letter by letter, and returns the times from the third letters on. */
async function typed(page: Page, words: number): Promise<number[]> {
  const all: number[] = [];
  for (const word of wordsToType(words)) {
    await paintsOf(page);
    for (const letter of word) await page.keyboard.press(letter);
    await page.waitForFunction(
      (count) => (globalThis as unknown as { paints: number[] }).paints.length >= count,
      word.length,
    );
    all.push(...(await paintsOf(page)).slice(2));
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Backspace');
  }
  return all;
}

/** The forum is loaded and indexed once a word has suggestions. */
async function typedUntilListed(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).pressSequentially('refund');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Backspace');
}

/** Chooses a forum in the picker: the milliseconds until its first row is painted, and the file that it needed. */
async function opened(page: Page, forum: string): Promise<{ took: number; loaded: number; body: string }> {
  await page.keyboard.press('Alt+KeyQ');
  const select = page.getByRole('dialog').getByLabel('Forum');
  await select.locator(`option[value="${forum}"]`).waitFor({ state: 'attached' });
  const loaded = page.waitForResponse((response) => response.url().endsWith(`${forum}/responses`));
  const took = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let began = 0;
        addEventListener('change', () => (began = performance.now()), { capture: true, once: true });
        new MutationObserver((_, observer) => {
          if (began === 0 || !document.querySelector('[role="dialog"] [role="option"]')) return;
          observer.disconnect();
          requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
        }).observe(document.body, { subtree: true, childList: true });
      }),
  );
  await select.selectOption(forum);
  const response = await loaded;
  const file = (await response.json()) as ForumFile;
  return {
    ...{ took: await took, body: JSON.stringify(file) },
    loaded: response.request().timing().responseEnd,
  };
}

/** Bytes of bodies that the page receives after one response has changed. */
async function bytesAfterChange(page: Page, admin: BrowserContext, path: string): Promise<number> {
  const { responses } = await call<ForumFile>(admin, 'GET', `${path}/responses`);
  const [first] = responses;
  if (!first) throw new Error('the forum is empty');
  const bodies: Promise<number>[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/api/forums')) bodies.push(response.body().then(({ length }) => length));
  });
  const loaded = page.waitForResponse((response) => response.url() === `${path}/responses`);
  const { id, key, question, version } = first;
  const edit = makeCommandId(Date.now(), randomBytes(10));
  await call(admin, 'PUT', `${path}/responses/${id}`, {
    ...{ key, question, version, edit },
    answer: 'Another answer.',
  });
  await loaded;
  return (await Promise.all(bodies)).reduce((sum, bytes) => sum + bytes, 0);
}
