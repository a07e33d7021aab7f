/** Finds emoji by parts of words of their names, in the language of the interface and in English. */
import { plain, wordsOf } from '../canned/match.ts';
import { commonPlace } from './common.ts';
import type { Emoji, EmojiSet } from './set.ts';
import { groups } from './set.ts';

/** An emoji with its words in the form in which they are compared: each after a space. */
export interface SearchedEmoji {
  readonly emoji: Emoji;
  /** Names, one for each language. */
  readonly names: readonly string[];
  /** Names and tags, for each language. */
  readonly words: readonly string[];
}

const spaced = (text: string) => ` ${wordsOf(text).join(' ')}`;

/** The emoji of a set with its names in further languages, whose sets have the same order. */
export function searched(set: EmojiSet, ...others: readonly EmojiSet[]): SearchedEmoji[] {
  return groups.flatMap((group) =>
    set[group].map((emoji, index) => {
      const all = [emoji, ...others.flatMap((other) => other[group][index] ?? [])];
      return {
        emoji,
        names: all.map(({ name }) => spaced(name)),
        words: all.map(({ name, tags }) => spaced(`${name} ${tags}`)),
      };
    }),
  );
}

/**
 * At most `limit` emoji of which every word of the query begins a word, best first: the name itself, common emoji that
 * have the words whole or whose name begins with the query, then other names that begin with it, names, and tags.
 * Equal ranks keep the order of the set, and common emoji that of their frequency. An empty query finds nothing.
 */
export function findEmoji(list: readonly SearchedEmoji[], query: string, limit: number): Emoji[] {
  const words = wordsOf(query);
  // The sign itself finds its name.
  if (words.length === 0) {
    const sign = query.trim();
    return sign === '' ? [] : list.flatMap(({ emoji }) => (emoji.text === sign ? [emoji] : []));
  }
  const whole = spaced(plain(query));
  const ranks: Emoji[][] = [[], [], [], [], []];
  for (const each of list) {
    const rank = rankOf(each, words, whole);
    if (rank !== null) ranks[rank]?.push(each.emoji);
  }
  ranks[1]?.sort((a, b) => (commonPlace(a.text) ?? 0) - (commonPlace(b.text) ?? 0));
  return ranks.flat().slice(0, limit);
}

function rankOf(
  { emoji, names, words }: SearchedEmoji,
  query: readonly string[],
  whole: string,
): number | null {
  if (names.includes(whole)) return 0;
  const isBegun = names.some((name) => name.startsWith(whole));
  const hasWhole = (text: string) => query.every((word) => `${text} `.includes(` ${word} `));
  if (commonPlace(emoji.text) !== null && (isBegun || words.some(hasWhole))) return 1;
  if (isBegun) return 2;
  const has = (text: string) => query.every((word) => text.includes(` ${word}`));
  if (names.some(has)) return 3;
  return words.some(has) ? 4 : null;
}
