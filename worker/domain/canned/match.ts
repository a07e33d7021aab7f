/**
 * Finds canned responses by parts of words, in any order, in their short key, question and answer (F72, F77, F78). A
 * linear search: 5,000 responses of 240 characters take about a millisecond a word, and need no index to keep true.
 */

/** The texts by which a response is found. */
export interface Findable {
  /** The short key, without `#`; may be empty. */
  readonly key: string;
  readonly question: string;
  readonly answer: string;
}

/** A response with its texts in the form in which they are compared. Make it once for each response. */
export interface Indexed<R extends Findable> {
  readonly response: R;
  readonly key: string;
  readonly question: string;
  readonly answer: string;
}

/** Lower case, without accents; ё counts as е and й as и. */
export function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
}

export function indexed<R extends Findable>(response: R): Indexed<R> {
  const { key, question, answer } = response;
  return { response, key: plain(key), question: plain(question), answer: plain(answer) };
}

/** The words of a query, each in plain form. */
export function wordsOf(query: string): string[] {
  return plain(query).match(/[\p{L}\p{N}]+/gu) ?? [];
}

/**
 * How well a response fits. 0: the key is the query. 1: the key begins with it. 2: every word begins a word of the key
 * or the question. 3: the answer begins with the query. 4: every word begins a word somewhere. 5: every word is part of
 * a word.
 */
export type Rank = 0 | 1 | 2 | 3 | 4 | 5;
const ranks: readonly Rank[] = [0, 1, 2, 3, 4, 5];

export interface Search<R> {
  readonly found: readonly R[];
  /** The number of all that fit. */
  readonly count: number;
}

/**
 * Responses that contain every word of the query, best first, at most `limit`. Equal ranks keep the given order. An
 * empty query finds the first ones.
 */
export function find<R extends Findable>(list: readonly Indexed<R>[], query: string, limit: number): R[] {
  return [...search(list, query, limit).found];
}

/** The same with the number of all; without those that fit worse than `worst`. */
export function search<R extends Findable>(
  list: readonly Indexed<R>[],
  query: string,
  limit: number,
  worst: Rank = 5,
): Search<R> {
  const words = wordsOf(query);
  const whole = plain(query.trim());
  const byRank = ranks.map((): R[] => []);
  let count = 0;
  for (const each of list) {
    const rank = rankOf(each, words, whole);
    if (rank === null || rank > worst) continue;
    count++;
    const ranked = byRank[rank];
    if (ranked && ranked.length < limit) ranked.push(each.response);
  }
  return { found: byRank.flat().slice(0, limit), count };
}

/** Null: a word is missing. */
function rankOf(
  { key, question, answer }: Indexed<Findable>,
  words: readonly string[],
  whole: string,
): Rank | null {
  if (words.length === 0) return whole === '' ? 0 : 5;
  if (key === whole) return 0;
  if (key.startsWith(whole)) return 1;
  let rank: Rank = 2;
  for (const word of words) {
    const fit = Math.max(fitOf(key, word), fitOf(question, word));
    if (fit === begins) continue;
    const fitOfAnswer = fitOf(answer, word);
    if (fit === none && fitOfAnswer === none) return null;
    rank = fitOfAnswer === begins && rank < 5 ? 4 : 5;
  }
  return rank > 3 && answer.startsWith(whole) ? 3 : rank;
}

/** How a text contains a word: not at all, as a part of one of its words, or at the beginning of one. */
const [none, part, begins] = [0, 1, 2];

/** The text is read once: each typed key searches the texts of thousands of responses. */
function fitOf(text: string, word: string): number {
  let at = text.indexOf(word);
  if (at < 0) return none;
  for (; at >= 0; at = text.indexOf(word, at + 1)) {
    // Mostly a space is before a word.
    if (at === 0 || text.charCodeAt(at - 1) === 32 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1)))
      return begins;
  }
  return part;
}
