/** The matched parts of a response, for the eye (F72). Pure. */
import { plain } from '#domain/canned/match';

export interface Part {
  readonly text: string;
  readonly matched: boolean;
}

/** Splits a text at the words of a query: where they begin a word, or else at their first place. */
export function marked(text: string, words: readonly string[]): Part[] {
  if (words.length === 0) return [{ text, matched: false }];
  const { folded, places } = foldedOf(text);
  const isMatched = new Array<boolean>(text.length).fill(false);
  for (const word of words)
    for (const at of placesOf(folded, word)) isMatched.fill(true, places[at], places[at + word.length]);
  const parts: { text: string; matched: boolean }[] = [];
  for (let at = 0; at < text.length; at++) {
    const [matched = false, last] = [isMatched[at], parts.at(-1)];
    if (last?.matched === matched) last.text += text.charAt(at);
    else parts.push({ text: text.charAt(at), matched });
  }
  return parts;
}

/** Characters in the form in which they are compared: a text has few different ones, and a list has many texts. */
const folds = new Map<string, string>();

function foldOf(char: string): string {
  const known = folds.get(char);
  if (known !== undefined) return known;
  const folded = plain(char);
  folds.set(char, folded);
  return folded;
}

/** The text as it is compared, and the place in the text of each of its characters; the last place is the end. */
function foldedOf(text: string): { readonly folded: string; readonly places: readonly number[] } {
  let folded = '';
  const places: number[] = [];
  let at = 0;
  for (const char of text) {
    const each = foldOf(char);
    for (let unit = 0; unit < each.length; unit++) places.push(at);
    folded += each;
    at += char.length;
  }
  places.push(at);
  return { folded, places };
}

function placesOf(folded: string, word: string): number[] {
  const all: number[] = [];
  for (let at = folded.indexOf(word); at >= 0 && word !== ''; at = folded.indexOf(word, at + word.length))
    all.push(at);
  const begun = all.filter((at) => at === 0 || !/[\p{L}\p{N}]/u.test(folded.charAt(at - 1)));
  return begun.length > 0 ? begun : all.slice(0, 1);
}

/** Before the match, where it is far from the start of the answer; UTF-16 units. */
const lead = 24;
const longest = 160;

/** One line of an answer: its start, or the surroundings of a match that is far from it. */
export function excerpt(answer: string, words: readonly string[]): string {
  const line = answer.replace(/\s+/g, ' ').trim();
  const parts = marked(line, words);
  const before = parts[0]?.matched === false && parts.length > 1 ? parts[0].text.length : 0;
  if (before < lead * 3) return line.slice(0, longest);
  const from = line.indexOf(' ', before - lead) + 1;
  const start = from > 0 && from <= before ? from : before;
  return `…${line.slice(start, start + longest)}`;
}
