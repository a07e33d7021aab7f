// Checks the prose of comments, test titles and Markdown: the width of lines, and the first words of sentences.
import { globSync, readFileSync } from 'node:fs';
import { at } from './paths.mjs';
import { commentsOf, textsOf, withoutCode } from './texts.mjs';

/** The widest lines, in columns. */
const columns = { comment: 120, markdown: 140 };

/** After “One” these make it a pronoun. Elsewhere it is a number, as in “One row per message”. */
const afterPronoun = [
  ...['that', 'who', 'whose', 'which', 'for', 'from', 'with', 'without', 'of them', 'of these', 'of those'],
  ...['is', 'was', 'has', 'had', 'may', 'can', 'cannot', 'could', 'must', 'will', 'would', 'should', 'might'],
  ...['does', 'did', 'never', 'always'],
].join('|');

/** Words in the place of a noun of the field. */
const pronouns = [
  String.raw`who(?:m|se|ever|mever)?`,
  String.raw`what(?:ever)?`,
  String.raw`(?:some|any|every|no)(?:body|one)`,
  String.raw`no one`,
  String.raw`(?:those|they|he|she) who`,
  String.raw`one(?=['’]s|\s+(?:${afterPronoun})\b)`,
].join('|');

const title = String.raw`(?:[A-Z]{1,3}-?\d+[a-z]?(?:[:,]| and| to)?\s+)*`;
const opening = String.raw`[\s"'“‘(\[*_]*`;
const firstWord = new RegExp(String.raw`^${opening}${title}${opening}(?<word>(?:${pronouns})(?![\w-]))`, 'i');

/**
 * A line for each fault in the prose of a file.
 * @param {string} file @param {string} source
 */
export function faultsOf(file, source) {
  const line = lineNumbers(source);
  const sentences = textsOf(file, source).flatMap(({ start, text }) =>
    startsOf(text).flatMap((index) => {
      const found = firstWord.exec(text.slice(index, index + 200));
      const word = found?.groups?.['word'];
      // Within a text a sentence begins with a capital letter: “e.g. what” is none.
      if (!found || !word || (index > 0 && /^[a-z]/.test(word))) return [];
      const number = line(start + index + found[0].length - word.length);
      return { number, fault: `a sentence begins with “${word}”; name its subject` };
    }),
  );
  return [...sentences, ...wideLines(file, source)]
    .sort((a, b) => a.number - b.number)
    .map(({ number, fault }) => `${file}:${number}: ${fault}`);
}

/** The places of a text where a sentence begins. @param {string} text */
function startsOf(text) {
  const ends = text.matchAll(/[.!?…][)\]"'”’*_]*\s/g);
  return [0, ...[...ends].map(({ 0: end, index }) => index + end.length)];
}

/** @param {string} file @param {string} source */
function wideLines(file, source) {
  const markdown = file.endsWith('.md');
  const most = markdown ? columns.markdown : columns.comment;
  const wide = (markdown ? withoutCode(source) : source)
    .split('\n')
    .flatMap((text, index) => ([...text.trimEnd()].length > most ? { number: index + 1, text } : []));
  if (wide.length === 0) return [];
  const line = lineNumbers(source);
  const comments = commentsOf(file, source).map(({ start, end }) => ({
    first: line(start),
    last: line(end),
  }));
  return wide
    .filter(({ number, text }) =>
      markdown ? !/^\s*\|/.test(text) : comments.some(({ first, last }) => first <= number && number <= last),
    )
    .map(({ number }) => ({ number, fault: `the line is wider than ${most} columns` }));
}

/** Turns an offset into the number of its line. @param {string} source */
function lineNumbers(source) {
  /** @param {number} offset */
  return (offset) => source.slice(0, offset).split('\n').length;
}

/** Fails where the prose of the repository has a fault. */
export function checkProse() {
  const files = globSync('**/*.{ts,svelte,mjs,js,toml,md}', {
    cwd: at(),
    exclude: (name) => name === 'node_modules' || name.startsWith('.'),
  });
  const faults = files.sort().flatMap((file) => faultsOf(file, readFileSync(at(file), 'utf8')));
  if (faults.length > 0) throw new Error(faults.join('\n'));
}
