import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Creates a folder and its parents, one level at a time: Node's own `recursive` never returns where a file system
 * refuses with ENOENT, as /proc does.
 * @param {string} folder
 */
export function makeFolder(folder) {
  if (isFolder(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have created it in between.
    if (isFolder(folder)) return;
    throw new Error(`${folder} can’t be created: ${reason(error)}.`, { cause: error });
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
  ENOENT: 'this file system allows no new folders',
  ENOSPC: 'the disk is full',
};

/** Describes in words why a file or folder failed. @param {unknown} error */
export function reason(error) {
  const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error);
  return reasons[code] ?? String(error);
}
