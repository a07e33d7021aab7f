import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { at, built } from './paths.mjs';

const passedOver = new Set(['node_modules', '.svelte-kit', '.build', '.wrangler', '.data']);

/** @param {string} file @param {import('node:crypto').Hash} hash */
function add(file, hash) {
  if (!existsSync(file)) return;
  if (!statSync(file).isDirectory()) {
    hash.update(path.relative(at(), file)).update('\0').update(readFileSync(file)).update('\0');
    return;
  }
  for (const name of readdirSync(file).sort()) {
    if (!passedOver.has(name)) add(path.join(file, name), hash);
  }
}

/**
 * Hashes the sources of a build by content, because a checkout changes the time of every file. The root's own path is
 * included: the Worker's options contain absolute paths.
 * @param {string[]} sources
 */
export function stampOf(sources) {
  const hash = createHash('sha256').update(at()).update(process.version);
  for (const source of sources) add(at(source), hash);
  return hash.digest('hex');
}

const fileOf = (/** @type {string} */ part) => path.join(built, 'stamps', part);

/** @param {string} part @param {string} stamp */
export const isFresh = (part, stamp) =>
  existsSync(fileOf(part)) && readFileSync(fileOf(part), 'utf8') === stamp;

/** @param {string} part */
export const forget = (part) => rmSync(fileOf(part), { force: true });

/** @param {string} part @param {string} stamp */
export function remember(part, stamp) {
  mkdirSync(path.dirname(fileOf(part)), { recursive: true });
  writeFileSync(fileOf(part), stamp);
}
