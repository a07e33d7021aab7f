/**
 * The emoji that this browser draws, with their names in the language of the frame, and their rules. Loaded when a
 * visitor opens the grid. Nothing here is in another part of the frame: a module of all three parts would be split from
 * the frame's script, which then weighs 1.2 KB more.
 */
import grid from '#emoji/grid';
import names from '#emoji/names';
import { recentEmoji } from '#domain/emoji/recent';
import { findEmoji, searched } from '#domain/emoji/search';
import { groups, isDrawn, readSet, type Emoji, type Group } from '#domain/emoji/set';
import { drawnHere } from '../client/emoji-drawn.ts';

export { columns, moved, rowsOf } from '#domain/emoji/moves';
export { readRecent, withRecent, writeRecent } from '#domain/emoji/recent';
export { groups };
export type { Emoji, Group };

const drawn = drawnHere();
const all = readSet(grid, names);
const list = searched(all).filter(({ emoji }) => isDrawn(emoji, drawn));

export function ofGroup(group: Group): readonly Emoji[] {
  return all[group].filter((emoji) => isDrawn(emoji, drawn));
}

export function find(query: string, limit: number): Emoji[] {
  return findEmoji(list, query, limit);
}

export function ofRecent(recent: readonly string[]): Emoji[] {
  return recentEmoji(recent, all, drawn);
}
