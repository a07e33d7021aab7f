/** Canned responses for journeys, written through the API by a signed-in page. */
import { makeId, type CannedResponse, type Forum, type ResponseTexts } from '#protocol';
import { randomBytes, randomUUID } from 'node:crypto';
import type { Page } from 'playwright';
import { expect } from 'vitest';

/** Sends a request with the page's credential; returns the status and the answer. */
export function send(page: Page, method: string, path: string, body?: object) {
  return page.evaluate(
    async ([method, path, body]) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(path, { method, ...(body && { headers, body }) });
      return { status: answer.status, body: (await answer.json()) as unknown };
    },
    [method, path, body ? JSON.stringify(body) : ''] as const,
  );
}

export async function addForum(
  page: Page,
  title: string,
  campaigns: string[] | null = null,
): Promise<string> {
  const { status, body } = await send(page, 'POST', '/api/forums', { title, campaigns });
  expect(status).toBe(200);
  return (body as Forum).id;
}

/** Adds responses, and returns their ids. */
export async function addResponses(
  page: Page,
  forum: string,
  all: readonly ResponseTexts[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const texts of all) {
    const id = makeId('response', randomBytes(26));
    const body = { ...texts, version: 0, edit: randomUUID() };
    const { status } = await send(page, 'PUT', `/api/forums/${forum}/responses/${id}`, body);
    expect(status).toBe(200);
    ids.push(id);
  }
  return ids;
}

/** The responses that the server has stored. */
export async function stored(page: Page, forum: string): Promise<CannedResponse[]> {
  const { body } = await send(page, 'GET', `/api/forums/${forum}/responses`);
  return (body as { responses: CannedResponse[] }).responses;
}

const subjects: readonly (readonly [string, string, string])[] = [
  [
    'returns',
    'How do I return something?',
    'Hi {{visitor|there}}! Send it back within **30 days**. The label is in your parcel.',
  ],
  [
    'delivery',
    'When does my order arrive?',
    'Orders leave our warehouse the same day and arrive in two to three working days.\nYou can follow the parcel at https://shop.example/track.',
  ],
  ['warranty', 'How long is the warranty?', 'All tents have a warranty of _five years_. Keep the receipt.'],
  [
    'sizes',
    'Which size fits me?',
    'Measure around your chest, and compare with the [size table](https://shop.example/sizes).',
  ],
  ['payment', 'How can I pay?', 'By card, PayPal or invoice. Invoices are due within 14 days.'],
  ['gift', 'Do you wrap gifts?', 'Yes, for 3 €. Choose it in the basket.'],
  ['stock', 'Is it in stock?', 'Let me look that up for you, {{visitor|one moment}}.'],
  ['hours', 'When are you open?', 'Monday to Friday, 9:00 to 18:00.'],
];

/** As a shop would have after a year: forty, some with long keys and texts, some without a key. */
export const forty: readonly ResponseTexts[] = Array.from({ length: 40 }, (_, at) => {
  const [key, question, answer] = subjects[at % subjects.length] as (typeof subjects)[number];
  const round = Math.floor(at / subjects.length);
  if (at === 11)
    return {
      key: 'delivery-abroad-outside-european-union-x',
      question:
        'Do you deliver to countries outside the European Union, and who pays the customs duties and taxes that are due there?',
      answer: `${answer}\n\n`.repeat(6),
    };
  if (at === 20) return { key: '', question: 'Is there a discount for clubs and schools?', answer };
  if (at === 21)
    return {
      key: '',
      question: '',
      answer: 'Thank you for your patience. I am looking into it and will be right back.',
    };
  return { key: round === 0 ? key : `${key}-${round + 1}`, question, answer };
});

export const russian: readonly ResponseTexts[] = [
  {
    key: 'возврат',
    question: 'Как вернуть товар, если он не подошёл по размеру или цвету?',
    answer:
      'Здравствуйте, {{visitor|гость}}! Вернуть товар можно в течение **30 дней** с момента получения. Заполните заявление, приложите чек и отправьте посылку на адрес склада.',
  },
  {
    key: 'достопримечательности-и-доставка-заказа',
    question: 'Сколько стоит доставка в отдалённые населённые пункты и когда она бесплатная?',
    answer:
      'Доставка бесплатна при заказе от 5000 ₽. В остальных случаях стоимость рассчитывается при оформлении.',
  },
  { key: 'часы', question: 'Когда вы работаете?', answer: 'С понедельника по пятницу, с 9:00 до 18:00.' },
];
