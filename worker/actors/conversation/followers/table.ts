/** All followers of a conversation. A new one is a file here and a line of the table. */
import { archive } from './archive.ts';
import { floor } from './floor.ts';
import type { Line } from './following.ts';
import { owner } from './owner.ts';
import { visitor } from './visitor.ts';

export const followers: readonly Line[] = [
  { name: 'archive', version: 1, from: 'start', concerns: 'every entry', follow: archive },
  { name: 'floor', version: 1, from: 'start', concerns: 'floor', follow: floor },
  { name: 'owner', version: 1, from: 'start', concerns: 'owner', follow: owner },
  { name: 'visitor', version: 1, from: 'start', concerns: 'visitor', follow: visitor },
];
