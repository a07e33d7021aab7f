// Reduces the data of emoji to the grid and its names in each language: `#emoji/grid`, `#emoji/en`, `#emoji/ru`. The
// format is that of worker/domain/emoji/set.ts.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { groups, oldestVersion } from '../worker/domain/emoji/set.ts';
import { withTone } from '../worker/domain/emoji/tones.ts';
import { languages } from '../worker/protocol/people/people.ts';
import { at, built } from './paths.mjs';
import { isFresh, remember, stampOf } from './stamps.mjs';

/**
 * @typedef {{ emoji: string, version: number, tone: number | number[] }} Skin
 * @typedef {{ skins?: Skin[] }} Skins
 * @typedef {{ emoji: string, annotation: string, tags: string[], group: number, version: number } & Skins} Entry
 */

/** Unicode's numbers of the groups; 2 is that of parts of emoji. */
const numbers = [0, 1, 3, 4, 5, 6, 7, 8, 9];

/** Writes the modules where they are older than the data. */
export function compileEmoji() {
  const folder = path.join(built, 'emoji');
  const stamp = stampOf(['bin/emoji.mjs', 'worker/domain/emoji', 'package-lock.json']);
  if (isFresh('emoji', stamp)) return;
  mkdirSync(folder, { recursive: true });
  const entries = entriesOf(languages[0]);
  write(folder, 'grid', gridOf(entries));
  for (const language of languages) write(folder, language, namesOf(inOrder(entriesOf(language))));
  remember('emoji', stamp);
}

/** Names by the Unicode CLDR; `cldr-native` has them in the script of the language. @param {string} language */
function entriesOf(language) {
  const file = at('node_modules/emoji-picker-element-data', language, 'cldr-native/data.json');
  return /** @type {Entry[]} */ (JSON.parse(readFileSync(file, 'utf8')));
}

/** @param {Entry[]} entries */
const inOrder = (entries) => numbers.flatMap((number) => entries.filter(({ group }) => group === number));

/** @param {Entry[]} entries */
export function gridOf(entries) {
  if (numbers.length !== groups.length) throw new Error('a group of emoji has no number');
  return numbers
    .map((number) =>
      entries
        .filter(({ group }) => group === number)
        .map(itemOf)
        .join(' '),
    )
    .join('\n');
}

/** @param {Entry} entry */
function itemOf({ emoji, version, skins }) {
  // Where a sign is an emoji by itself, the selector of its form is superfluous.
  const text = emoji.replace(/^(\p{Emoji_Presentation})\ufe0f$/u, '$1');
  const single = (skins ?? []).filter(({ tone }) => typeof tone === 'number');
  for (const { emoji: expected, tone } of single)
    if (withTone(text, /** @type {1} */ (tone)) !== expected)
      throw new Error(`${text}: tone ${tone} is not ${expected}`);
  const newer = (/** @type {number} */ since) => (since > oldestVersion ? String(since) : '');
  const tones = single[0] ? `*${newer(single[0].version)}` : '';
  return text + tones + (newer(version) && `~${newer(version)}`);
}

/** @param {Entry[]} entries */
export function namesOf(entries) {
  return entries
    .map(({ annotation, tags }) => {
      // Some names have a colon before an empty part.
      const name = annotation.replace(/:\s*,/g, ',').replace(/[|\n]/g, ' ');
      const known = new Set(wordsOf(name));
      const further = [...new Set(tags.flatMap(wordsOf))].filter((word) => !known.has(word));
      return further.length > 0 ? `${name}|${further.join(' ')}` : name;
    })
    .join('\n');
}

/** @param {string} text */
const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** @param {string} folder @param {string} name @param {string} text */
function write(folder, name, text) {
  for (const [file, content] of [
    [`${name}.js`, `export default ${JSON.stringify(text)};\n`],
    [`${name}.d.ts`, 'declare const text: string;\nexport default text;\n'],
  ]) {
    // A concurrent reader finds each file whole.
    const next = path.join(folder, `${file}.${process.pid}`);
    writeFileSync(next, /** @type {string} */ (content));
    renameSync(next, path.join(folder, /** @type {string} */ (file)));
  }
}
