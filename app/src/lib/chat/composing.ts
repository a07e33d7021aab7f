/** The rules of a composer, without the box itself. */
import { isBlank, maxTextLength } from '#protocol';

/** The count is shown when fewer code points than this remain. */
const countFrom = 500;

export function mayBeSent(text: string): boolean {
  return !isBlank(text) && remaining(text) >= 0;
}

/** Remaining code points; negative if the text is too long. */
export function remaining(text: string): number {
  // A text never has more code points than UTF-16 units.
  if (text.length <= maxTextLength - countFrom) return maxTextLength - text.length;
  let count = 0;
  for (const _ of text) count++;
  return maxTextLength - count;
}

export function countShown(text: string): boolean {
  return remaining(text) < countFrom;
}

/**
 * Enter sends, Shift+Enter inserts a line break (F69). Enter that ends a composition of an input method does neither;
 * in Safari only the old key code tells them apart.
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
