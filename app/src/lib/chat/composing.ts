/** The rules of a composer, apart from the box itself. */
import { isBlank, maxTextLength } from '#protocol';

/** Fewer code points left than this are counted on the screen. */
const countFrom = 500;

export function mayBeSent(text: string): boolean {
  return !isBlank(text) && remaining(text) >= 0;
}

/** Code points left; below zero the text is too long. */
export function remaining(text: string): number {
  // Code points are never more than UTF-16 units.
  if (text.length <= maxTextLength - countFrom) return maxTextLength - text.length;
  let count = 0;
  for (const _ of text) count++;
  return maxTextLength - count;
}

export function countShown(text: string): boolean {
  return remaining(text) < countFrom;
}

/**
 * Enter sends, Shift and Enter breaks the line (F69). Enter that ends the choice of a word in an input method does neither:
 * Safari says so only by the old key code.
 */
export function sends(
  event: Pick<
    KeyboardEvent,
    'key' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey' | 'isComposing' | 'keyCode'
  >,
): boolean {
  if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return false;
  return !event.shiftKey && !event.altKey;
}
