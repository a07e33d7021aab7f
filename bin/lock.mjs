import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolder, reason } from './folders.mjs';
import { identify, kill, lives } from './processes.mjs';

/**
 * @typedef {{ pid: number, started: string }} Known
 * @typedef {Known & { runtimes: Known[] }} Holder
 */

export class FolderInUse extends Error {}

/** @param {string} file @returns {Holder | undefined} */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} file @param {Holder} holder */
function claim(file, holder) {
  try {
    writeFileSync(file, JSON.stringify(holder), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw new Error(`${path.dirname(file)} can’t be written to: ${reason(error)}.`, { cause: error });
  }
}

/**
 * Two servers on one data folder would both write to it, so one process locks the folder. If the holder of the lock
 * is dead, its runtimes are killed first: only those that it recorded itself.
 * @param {string} folder
 */
export function lockFolder(folder) {
  makeFolder(folder);
  const file = path.join(folder, 'lock.json');
  const me = { pid: process.pid, started: identify(process.pid)?.started ?? '' };

  for (let attempt = 0; !claim(file, { ...me, runtimes: [] }); attempt++) {
    const holder = read(file);
    if (holder && lives(holder)) {
      throw new FolderInUse(
        `${folder} is already in use by process ${holder.pid}. Stop that one, or set DATA_DIR to another folder.`,
      );
    }
    if (attempt === 3)
      throw new FolderInUse(`The lock ${file} can’t be acquired; remove it if no server is running.`);
    // Renamed before it is removed, so that of two starts at once only one removes it.
    const stale = `${file}.${process.pid}`;
    try {
      renameSync(file, stale);
    } catch {
      continue;
    }
    kill(read(stale)?.runtimes ?? []);
    rmSync(stale, { force: true });
  }

  const release = () => {
    process.off('exit', release);
    rmSync(file, { force: true });
  };
  process.on('exit', release);

  return {
    /** @param {Known[]} runtimes */
    record(runtimes) {
      const known = runtimes.map(({ pid, started }) => ({ pid, started }));
      writeFileSync(file, JSON.stringify({ ...me, runtimes: known }));
    },
    release,
  };
}

/**
 * Does the same, but waits until the holder releases the folder.
 * @param {string} folder
 * @param {() => void} onWait called once, if another process has locked the folder
 */
export async function lockFolderWhenFree(folder, onWait) {
  for (let waited = 0; ; waited++) {
    try {
      return lockFolder(folder);
    } catch (error) {
      if (!(error instanceof FolderInUse)) throw error;
      if (waited === 0) onWait();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
