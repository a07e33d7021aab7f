/** All followers of a conversation. A new one is a file here and a line of the table. */
import { archive } from './archive.ts';
import type { AnyLine, EndsOf } from './ends.ts';
import { floor } from './floor.ts';
import { mentions } from './mentions.ts';
import { owner } from './owner.ts';
import { visitor } from './visitor.ts';

/** By name. Cursors are stored by name too, so a name never changes. */
export const followers = {
  archive: { version: 1, from: 'start', concerns: 'every entry', ...archive },
  floor: { version: 1, from: 'start', concerns: 'floor', ...floor },
  mentions: { version: 1, from: 'start', concerns: 'mentions', ...mentions },
  owner: { version: 1, from: 'start', concerns: 'owner', ...owner },
  visitor: { version: 1, from: 'start', concerns: 'visitor', ...visitor },
} as const satisfies Readonly<Record<string, AnyLine>>;

export type Ends = EndsOf<typeof followers>;
