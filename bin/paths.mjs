import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

/** @param {string[]} parts */
export const at = (...parts) => path.join(root, ...parts);

export const built = at('.build');
export const assets = at('.build', 'assets');
export const pinnedNode = at('node_modules', 'node', 'bin', 'node');
