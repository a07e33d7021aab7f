/** The emoji that were used last on a device, the last one first. */

import { groups, isDrawn, type Drawn, type Emoji, type EmojiSet } from './set.ts';

/** Three rows of the grid. */
export const mostRecent = 24;

/** Stored by an earlier page, or by anything: only short texts without spaces are read. */
export function readRecent(stored: string | null): string[] {
  const found = (stored ?? '').split(' ').filter((text) => text !== '' && text.length <= 40);
  return [...new Set(found)].slice(0, mostRecent);
}

export function writeRecent(recent: readonly string[]): string {
  return recent.join(' ');
}

export function withRecent(recent: readonly string[], text: string): string[] {
  return [text, ...recent.filter((other) => other !== text)].slice(0, mostRecent);
}

/** The same for an emoji in every skin tone. */
const keyOf = (text: string) => text.replace(/\p{Emoji_Modifier}|\ufe0f/gu, '');

/** The recent emoji that the browser draws, each in the skin tone in which it was used. */
export function recentEmoji(recent: readonly string[], set: EmojiSet, drawn: Drawn): Emoji[] {
  const known = new Map(groups.flatMap((group) => set[group]).map((emoji) => [keyOf(emoji.text), emoji]));
  return recent.flatMap((text) => {
    const emoji = known.get(keyOf(text));
    return emoji && isDrawn(emoji, drawn) ? { ...emoji, text, tonesSince: null } : [];
  });
}
