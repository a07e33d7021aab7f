/**
 * Keeps the scroll position of a log: the visible text stays in place when older items are added, and a reader at the
 * end stays at the end. Browsers do the first by themselves, except Safari, and not beside changing content, so this
 * does it for all.
 */

/** A scroll position: an item, and its distance below the upper edge. */
export interface ScrollPosition {
  readonly key: string;
  readonly top: number;
}

/** Closer to the end than this counts as at the end, in pixels. */
const nearEnd = 48;

export function atEnd(scroller: HTMLElement): boolean {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < nearEnd;
}

export function toEnd(scroller: HTMLElement): void {
  scroller.scrollTop = scroller.scrollHeight;
}

/** The scroll position of the first item in view. */
export function scrollPositionOf(scroller: HTMLElement): ScrollPosition | null {
  const edge = scroller.getBoundingClientRect().top;
  for (const item of scroller.querySelectorAll<HTMLElement>('[data-key]')) {
    const box = item.getBoundingClientRect();
    if (box.bottom > edge) return { key: item.dataset['key'] ?? '', top: box.top - edge };
  }
  return null;
}

/** Scrolls to the position. Returns false if the item no longer exists. */
export function restore(scroller: HTMLElement, position: ScrollPosition): boolean {
  const item = scroller.querySelector<HTMLElement>(`[data-key="${CSS.escape(position.key)}"]`);
  if (!item) return false;
  const top = item.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  scroller.scrollTop += top - position.top;
  return true;
}
