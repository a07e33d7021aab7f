/** Finding by typing: which of many rows match a text, best first. */

/** More rows than this are not shown: typing another letter is faster than scrolling. */
export const mostRows = 100;

/** A text as it is compared: case, accents, and the signs between the words of an id don't count. */
const folded = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[\s_/]+/g, ' ')
    .trim();

/**
 * How well a text matches: it is the typed text, begins with it, has a word that does, or contains it. Null: it does
 * not match.
 */
function rankOf(text: string, typed: string): number | null {
  if (text === typed) return 0;
  if (text.startsWith(typed)) return 1;
  if (text.includes(` ${typed}`)) return 2;
  return text.includes(typed) ? 3 : null;
}

/** The rows of which a text matches, best first; equal ones keep their order. Nothing typed matches all. */
export function ranked<T>(rows: Iterable<T>, typed: string, textsOf: (row: T) => readonly string[]): T[] {
  const wanted = folded(typed);
  if (!wanted) return [...rows];
  const found: { row: T; rank: number }[] = [];
  for (const row of rows) {
    const ranks = textsOf(row).flatMap((text) => rankOf(folded(text), wanted) ?? []);
    if (ranks.length > 0) found.push({ row, rank: Math.min(...ranks) });
  }
  return found.sort((one, other) => one.rank - other.rank).map(({ row }) => row);
}
