/** The rules of a composer, without the box itself. */
import type { Attached } from '#client/attaching';
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

type Pressed = Pick<
  KeyboardEvent,
  'key' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey' | 'isComposing' | 'keyCode'
>;

/**
 * Enter sends, Shift+Enter inserts a line break (F69). Enter that ends a composition of an input method does neither;
 * in Safari only the old key code tells them apart.
 */
export function sends(event: Pressed): boolean {
  if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return false;
  return !event.shiftKey && !event.altKey;
}

/**
 * In milliseconds. Some browsers report the Enter that ends a composition as a plain one, just after the end; nobody
 * presses Enter twice in so short a time. The times of the events are compared, so that a busy page changes nothing.
 */
const sameKey = 50;

/** The last composition of an input method in a text box. */
export class Composition {
  #ended: number | null = null;

  /** `timeStamp` of `compositionend`. */
  end({ timeStamp }: Pick<Event, 'timeStamp'>): void {
    this.#ended = timeStamp;
  }

  /** True for the Enter that ended the composition: it neither sends nor inserts a line break. Once for each. */
  endedBy(event: Pick<KeyboardEvent, 'key' | 'timeStamp'>): boolean {
    const ended = this.#ended;
    this.#ended = null;
    return event.key === 'Enter' && ended !== null && event.timeStamp - ended < sameKey;
  }
}

/** The files of a composer. */
export interface ComposerFiles {
  readonly attached: readonly Attached[];
  add(files: Iterable<File>): void;
  remove(id: string): void;
  retry(id: string): void;
}

/** A message may have files alone. */
export function isReady(text: string, files: readonly Attached[] = []): boolean {
  return mayBeSent(text) || (isBlank(text) && files.some(({ state }) => state !== 'failed'));
}

/**
 * The files of a paste, or none if it is text: a copied table, or a part of a page, comes as an image too.
 */
export function pastedFiles(data: DataTransfer | null): File[] {
  return data && !data.types.includes('text/plain') ? [...data.files] : [];
}
