// Runs before anything is installed, on Node 20 or later: it may import only Node's own modules.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { lockFolderWhenFree } from './lock.mjs';
import { at, built, pinnedNode } from './paths.mjs';

const stamp = at('node_modules', '.installed');

function wanted() {
  const hash = createHash('sha256');
  for (const file of ['package.json', 'package-lock.json']) hash.update(readFileSync(at(file)));
  return hash.digest('hex');
}

const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted();

/**
 * Installs the packages when the lock file has changed since the last install. Of two scripts that start at once, one
 * installs.
 */
export async function ensureInstalled() {
  if (isInstalled()) return;
  const lock = await lockFolderWhenFree(`${built}/install`, () =>
    console.log('Waiting for another script to install the packages'),
  );
  try {
    if (!isInstalled()) await install();
  } finally {
    lock.release();
  }
}

async function install() {
  console.log('Installing packages; the first time takes a minute or two.');
  // `npm ci` would need the optional binaries of every platform in the lock file. `--no-save` keeps that file
  // unchanged: each version of npm would add something else to it.
  const npm = spawn('npm', ['install', '--include=dev', '--no-save', '--no-audit', '--loglevel=error'], {
    cwd: at(),
    stdio: 'inherit',
  });
  const stop = () => npm.kill('SIGTERM');
  for (const signal of signals) process.on(signal, stop);
  const code = await new Promise((resolve) => {
    npm.on('error', () => resolve(1));
    npm.on('close', resolve);
  });
  for (const signal of signals) process.off(signal, stop);
  if (code !== 0) {
    console.error('The packages could not be installed. See what npm printed above.');
    process.exit(1);
  }
  writeFileSync(stamp, wanted());
}

const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

export const onPinnedNode = () =>
  existsSync(pinnedNode) && realpathSync(process.execPath) === realpathSync(pinnedNode);
