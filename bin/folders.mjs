import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder and those above it. Node's own `recursive` never returns where a file system refuses with ENOENT, as
 * /proc does, so each level is made by itself.
 * @param {string} folder
 */
export function makeFolder(folder) {
  if (isFolder(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have made it in between.
    if (isFolder(folder)) return;
    throw new Error(`${folder} can’t be made: ${reason(error)}.`, { cause: error });
  }
}

/** @param {string} folder */
function isFolder(folder) {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** @type {Record<string, string>} */
const reasons = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EEXIST: 'a file is in the way',
  ENOTDIR: 'a file is in the way',
  EROFS: 'the file system is read-only',
  ENOENT: 'this file system takes no folders',
  ENOSPC: 'the disk is full',
};

/** What went wrong with a file or folder, in words. @param {unknown} error */
export function reason(error) {
  const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error);
  return reasons[code] ?? String(error);
}
