/** How visitors see parties: users' ids are replaced by aliases, and the path of a photo loses them. */
import type { Owner, Party } from '#protocol';
import { publicPhoto } from '../people/photos.ts';
import { system } from './parties.ts';

/** Replaces a user's id in one conversation: stable there, and meaningless elsewhere. */
export type Alias = (user: string) => string;

/** Owners are numbered in the order of their first assignment. Any other user is number 0. */
export function aliasAmong(owners: ReadonlySet<string>): Alias {
  return (user) => {
    const number = [...owners].indexOf(user) + 1;
    return `usr_${String(number).padStart(26, '0')}`;
  };
}

/** Shown to visitors in place of the real reason of an unassignment. */
export const neutralReason = 'returned';

export function partyForVisitor(by: Party, alias: Alias): Party {
  switch (by.kind) {
    case 'agent':
      return { kind: 'agent', id: alias(by.id), name: by.name };
    case 'visitor':
      return { kind: 'visitor', id: by.id };
    case 'system':
      return system;
  }
}

export function ownerForVisitor({ id, name, photo }: Owner, alias: Alias): Owner {
  return { kind: 'agent', id: alias(id), name, ...(photo !== undefined && { photo: publicPhoto(photo) }) };
}

/** The author of the end; for a block, the system. */
export function closerForVisitor(by: Party, reason: string, alias: Alias): Party {
  return reason === 'blocked' ? system : partyForVisitor(by, alias);
}

/**
 * A widget of an earlier version fails at `full`. An end by the system with the reason `agent` it words as “has
 * ended”.
 */
export function endForVisitor<R extends string>(reason: R): Exclude<R, 'full'> | 'agent' {
  return reason === 'full' ? 'agent' : (reason as Exclude<R, 'full'>);
}
