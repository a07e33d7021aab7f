// Runs before anything is installed, on Node 20 or later: it may import nothing but Node's own modules.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { at, pinnedNode } from './paths.mjs';

const stamp = at('node_modules', '.installed');

function wanted() {
  const hash = createHash('sha256');
  for (const file of ['package.json', 'package-lock.json']) hash.update(readFileSync(at(file)));
  return hash.digest('hex');
}

/** Installs when the lock file says something else than what was last installed. */
export function ensureInstalled() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted()) return;
  console.log('Installing packages; the first time takes a minute or two.');
  // `npm ci` would refuse: the lock file holds the optional binaries of one platform only.
  const result = spawnSync('npm', ['install', '--include=dev', '--loglevel=error'], {
    cwd: at(),
    stdio: 'inherit',
  });
  if (result.status !== 0) {
    console.error('npm install failed; its own words are above.');
    process.exit(1);
  }
  writeFileSync(stamp, wanted());
}

export const onPinnedNode = () =>
  existsSync(pinnedNode) && realpathSync(process.execPath) === realpathSync(pinnedNode);
