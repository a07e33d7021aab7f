/** Texts in Russian: plurals, dates, and sentences that differ by their subject. */
import { refuse, type EntryOf } from '#protocol';
import { m } from '#words/app';
import { overwriteGetLocale } from '#words/app/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describe } from '../../app/src/lib/chat/describe.ts';
import { ago, clockTime, dayName, monthWords, shortTime, span } from '../../app/src/lib/chat/when.ts';
import { refusalWords } from '../../app/src/lib/words/refusals.ts';
import { reasonLines } from '../../app/src/routes/(signed-in)/workspace/why.ts';

beforeAll(() => overwriteGetLocale(() => 'ru'));
afterAll(() => overwriteGetLocale(() => 'en'));

const at = Date.UTC(2026, 10, 4, 23, 30);
const hour = 3_600_000;
const plain = (text: string) => text.replace(/[\u2068\u2069]/gu, '');

test('a number takes its Russian plural form', () => {
  const said = [0, 1, 2, 5, 11, 21, 22, 112].map((count) => m.groups_users({ count }));
  expect(said).toEqual([
    '0 пользователей',
    '1 пользователь',
    '2 пользователя',
    '5 пользователей',
    '11 пользователей',
    '21 пользователь',
    '22 пользователя',
    '112 пользователей',
  ]);
});

test('dates and spans are in Russian', () => {
  expect(dayName(at, at + hour, 'UTC')).toBe('Вчера');
  expect(dayName(at, at + 10 * 24 * hour, 'UTC')).toBe('Среда, 4 ноября');
  expect(dayName(at, at + 400 * 24 * hour, 'UTC')).toBe('Среда, 4 ноября 2026');
  expect(shortTime(at, 'UTC')).toMatch(/^4 нояб\. 2026, /);
  expect([ago(at, at), ago(at - hour, at), span(3_900_000)]).toEqual(['сейчас', '1 ч', '1 ч 05 мин']);
});

test('clock times and months are Russian, whatever the browser’s language', () => {
  expect(new Intl.DateTimeFormat().resolvedOptions().locale).not.toMatch(/^ru/);
  expect([clockTime(at, 'UTC'), clockTime(at - 20 * hour, 'UTC')]).toEqual(['23:30', '03:30']);
  expect(monthWords('2026-11-04')).toBe('Ноябрь 2026');
});

test('the reader’s own action is worded differently from another agent’s', () => {
  const anna = { kind: 'agent', id: 'usr_anna', name: 'Анна' } as const;
  const taken: EntryOf<'agent.assigned'> = {
    seq: 2,
    at,
    by: anna,
    kind: 'agent.assigned',
    agent: anna,
    generation: 1,
    how: 'taken',
  };
  expect(plain(describe(taken, 'usr_anna', 'Мия'))).toBe('Вы взяли чат');
  expect(plain(describe(taken, null, 'Мия'))).toBe('Чат взят в работу: Анна');
});

test('REF-1 a refusal is worded by its code, its reason and its pause; an unknown one shows the server’s message', () => {
  expect(refusalWords(refuse('conflict'))).toBe('Данные уже изменил другой пользователь. Обновите страницу.');
  expect(refusalWords(refuse('signed_out', { reason: 'password' }))).toBe('Пароль изменён. Войдите снова.');
  expect(refusalWords(refuse('slow_down', { retryAfter: 29_500 }))).toBe(
    'Слишком много запросов. Повторите через 0:30.',
  );
  const later = { ...refuse('conflict'), refused: 'of_a_later_version' as 'conflict', message: 'Its words.' };
  expect(refusalWords(later)).toBe('Its words.');
});

test('the routing log joins the names of a line and the count of the others by one “and”', () => {
  const [line] = reasonLines({ full: { agents: ['a', 'b'], more: 3 } }, { a: 'Анна', b: 'Борис' });
  expect(plain(line?.text ?? '')).toBe('Лимит исчерпан: Анна, Борис и ещё 3');
});
