/**
 * The query for canned responses in a text while it is typed: `#` and a key, or the line at the caret (F72, F77). Pure.
 */
import { search, wordsOf, type Indexed, type Rank } from '#domain/canned/match';
import type { CannedResponse } from '#protocol';

/** A question to the list of responses, and the part of the text that an answer replaces. */
export interface Asked {
  /** `key`: typed after `#`. `line`: the line that ends at the caret. */
  readonly kind: 'key' | 'line';
  readonly query: string;
  readonly from: number;
  readonly to: number;
  /** Nothing else is in the text, so an answer can be sent in its place. */
  readonly whole: boolean;
}

export interface Suggestions {
  readonly asked: Asked;
  readonly found: readonly CannedResponse[];
  readonly count: number;
}

/** Rows of the list: typing another letter is faster than scrolling. */
export const mostSuggested = 6;
/** Of a line, in UTF-16 units: longer ones are sentences of their own. */
const longestLine = 40;
const fewestLetters = 3;

const keyBefore = /(?:^|[\s\p{Ps}\p{Pi}"'])#([^\s#]{0,40})$/u;
const wordChar = /^[\p{L}\p{N}]/u;

/** The questions at the caret, the first one before the second. */
export function askedAt(text: string, caret: number): Asked[] {
  return [keyAt(text, caret), lineAt(text, caret)].filter((asked) => asked !== null);
}

function keyAt(text: string, caret: number): Asked | null {
  const found = keyBefore.exec(text.slice(Math.max(0, caret - 42), caret));
  if (!found || wordChar.test(text.slice(caret))) return null;
  const query = found[1] ?? '';
  const from = caret - query.length - 1;
  return { kind: 'key', query, from, to: caret, whole: isAll(text, from, caret) };
}

function lineAt(text: string, caret: number): Asked | null {
  const from = text.lastIndexOf('\n', caret - 1) + 1;
  const end = text.indexOf('\n', caret);
  const to = end < 0 ? text.length : end;
  const query = text.slice(from, to).trim();
  if (caret < to || query.length > longestLine) return null;
  if ((query.match(/[\p{L}\p{N}]/gu) ?? []).length < fewestLetters) return null;
  return { kind: 'line', query, from, to, whole: isAll(text, from, to) };
}

const isAll = (text: string, from: number, to: number): boolean =>
  text.slice(0, from).trim() === '' && text.slice(to).trim() === '';

/**
 * The responses that answer the first question with any. The key finds by words of keys and questions alone, because
 * its list takes Enter; and a number only by the beginning of a key, so that `order #5` stays text. A line of several
 * words is mostly a sentence of the agent: it finds no words inside of answers, where `you can` is in each second one.
 */
export function suggest(
  asked: readonly Asked[],
  responses: readonly Indexed<CannedResponse>[],
): Suggestions | null {
  for (const each of asked) {
    const { found, count } = search(responses, each.query, mostSuggested, worstOf(each));
    if (found.length > 0) return { asked: each, found, count };
  }
  return null;
}

function worstOf({ kind, query }: Asked): Rank {
  if (kind === 'line') return wordsOf(query).length > 1 ? 3 : 5;
  return /^\p{N}+$/u.test(query) ? 1 : 2;
}
