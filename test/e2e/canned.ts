/** Canned responses for journeys, added by a manager. */
import { randomBytes } from 'node:crypto';
import type { Locator, Page } from 'playwright';
import { expect } from 'vitest';
import { makeCommandId, makeId, type Forum, type ResponseTexts } from '#protocol';

/** Asks the server as the user of a page. */
export async function api<T>(page: Page, method: string, path: string, data?: object): Promise<T> {
  const { origin } = new URL(page.url());
  const answer = await page.request.fetch(`${origin}${path}`, {
    ...{ method, headers: { origin } },
    ...(data && { data }),
  });
  expect(answer.status(), `${path}: ${await answer.text()}`).toBe(200);
  return (await answer.json()) as T;
}

export class Responses {
  readonly #known = new Map<string, { readonly id: string; readonly version: number }>();

  constructor(private readonly manager: Page) {}

  /** Removes the forums of the demo account, so that a journey has those that it adds. */
  async removeForums(): Promise<void> {
    const { forums } = await api<{ forums: Forum[] }>(this.manager, 'GET', '/api/forums');
    for (const { id, own } of forums) if (!own) await api(this.manager, 'DELETE', `/api/forums/${id}`);
  }

  addForum(title: string, campaigns: string[] | null = null): Promise<Forum> {
    return api(this.manager, 'POST', '/api/forums', { title, campaigns });
  }

  /** Adds a response, or changes the one with this key. */
  async put(forum: string, texts: ResponseTexts): Promise<void> {
    const { id, version } = this.#known.get(texts.key) ?? {
      id: makeId('response', randomBytes(26)),
      version: 0,
    };
    const body = { ...texts, version, edit: makeCommandId(Date.now(), randomBytes(10)) };
    const path = `/api/forums/${forum}/responses/${id}`;
    const stored = await api<{ version: number }>(this.manager, 'PUT', path, body);
    this.#known.set(texts.key, { id, version: stored.version });
  }

  idOf(key: string): string | undefined {
    return this.#known.get(key)?.id;
  }
}

export const shopResponses: readonly ResponseTexts[] = [
  {
    key: 'ret',
    question: 'How do I return shoes?',
    answer: 'Hi {{visitor|there}}! Send them back within **30 days**, in their box.',
  },
  { key: 'refund', question: 'When is my refund paid?', answer: 'Five days after the return has arrived.' },
  { key: 'thanks', question: '', answer: 'Thank you for waiting, {{visitor}}.' },
  {
    key: 'hours',
    question: 'When are you open?',
    answer: 'Daily from 9 to 21. Our voucher desk closes at 18.',
  },
  {
    key: 'возврат',
    question: 'Как вернуть обувь?',
    answer: 'Отправьте её обратно в течение 30 дней, {{agent}}.',
  },
];

/** The demo's forums give way to one of every campaign and one of none. */
export async function addShop(manager: Page): Promise<{ responses: Responses; shop: Forum }> {
  const responses = new Responses(manager);
  await responses.removeForums();
  const shop = await responses.addForum('Shop questions');
  for (const each of shopResponses) await responses.put(shop.id, each);
  const wholesale = await responses.addForum('Wholesale', []);
  await responses.put(wholesale.id, {
    key: 'pallet',
    question: 'Do you sell by the pallet?',
    answer: 'From 40 pairs.',
  });
  return { responses, shop };
}

/** The keys of listed rows. */
export const keysOf = (rows: Locator) =>
  rows.evaluateAll((all) => all.map((row) => row.querySelector('.key')?.textContent ?? ''));
