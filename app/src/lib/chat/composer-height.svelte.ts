/**
 * The height of the composer's text box: it grows with its text until an agent sets a height, which this device then
 * remembers.
 */
import { keep, kept } from '../kept.ts';

/** In pixels: three lines. A handle that is moved lower returns the box to its own height. */
export const leastHeight = 72;
/** In pixels, for one press of an arrow key: a line. */
const step = 20;
const key = 'parley.composer-height';

/** The box may fill this part of the window; the chat above it stays readable. */
export function mostHeight(windowHeight: number): number {
  return Math.max(leastHeight, Math.floor(windowHeight * 0.45));
}

/** The height for a handle at this place; null where the box grows with its text. */
export function draggedHeight(wanted: number, windowHeight: number): number | null {
  if (wanted < leastHeight) return null;
  return Math.min(Math.round(wanted), mostHeight(windowHeight));
}

/** The height after a key of the handle, undefined if it has no such key. `shown` is the present height in pixels. */
export function pressedHeight(
  pressed: string,
  { height, shown, windowHeight }: { height: number | null; shown: number; windowHeight: number },
): number | null | undefined {
  const most = mostHeight(windowHeight);
  const now = Math.min(height ?? shown, most);
  if (pressed === 'ArrowUp') return Math.max(leastHeight, Math.min(most, now + step));
  if (pressed === 'ArrowDown') return now <= leastHeight ? null : Math.max(leastHeight, now - step);
  if (pressed === 'Home' || pressed === 'Enter') return null;
  if (pressed === 'End') return most;
  return undefined;
}

/** The remembered height, if it is one. */
export function readHeight(text: string | null): number | null {
  const height = text === null ? NaN : Number(text);
  return Number.isFinite(height) && height >= leastHeight ? height : null;
}

class ComposerHeight {
  #height = $state(readHeight(kept(key)));

  /** In pixels; null while the box grows with its text. The window may have room for less. */
  get set(): number | null {
    return this.#height;
  }

  set set(height: number | null) {
    this.#height = height;
    keep(key, height === null ? null : String(height));
  }
}

export const composerHeight = new ComposerHeight();
