/** Finds emoji by parts of words of their names, in the language of the interface and in English. */
import { plain, wordsOf } from '../canned/match.ts';
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
 * At most `limit` emoji of which every word of the query begins a word, best first: the name itself, names that begin
 * with the query, names, then tags. Equal ranks keep the order of the set. An empty query finds nothing.
 */
export function findEmoji(list: readonly SearchedEmoji[], query: string, limit: number): Emoji[] {
  const words = wordsOf(query);
  // The sign itself finds its name.
  if (words.length === 0) {
    const sign = query.trim();
    return sign === '' ? [] : list.flatMap(({ emoji }) => (emoji.text === sign ? [emoji] : []));
  }
  const whole = spaced(plain(query));
  const ranks: Emoji[][] = [[], [], [], []];
  for (const each of list) {
    const rank = rankOf(each, words, whole);
    if (rank !== null) ranks[rank]?.push(each.emoji);
  }
  return ranks.flat().slice(0, limit);
}

function rankOf({ names, words }: SearchedEmoji, query: readonly string[], whole: string): number | null {
  if (names.includes(whole)) return 0;
  if (names.some((name) => name.startsWith(whole))) return 1;
  const has = (text: string) => query.every((word) => text.includes(` ${word}`));
  if (names.some(has)) return 2;
  return words.some(has) ? 3 : null;
}
