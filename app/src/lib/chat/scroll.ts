/**
 * Keeps a log still: what the person reads stays where it is when something is put in front of it, and who is at the end stays at
 * the end. Browsers do the first by themselves, except Safari, and not next to content that changes; so it is done here for all.
 */

/** Where a person was in a log: an item and how far it was below the upper edge. */
export interface Place {
  readonly key: string;
  readonly top: number;
}

/** Nearer to the end than this counts as at the end, in pixels. */
const nearEnd = 48;

export function atEnd(scroller: HTMLElement): boolean {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < nearEnd;
}

export function toEnd(scroller: HTMLElement): void {
  scroller.scrollTop = scroller.scrollHeight;
}

/** The first item in sight. */
export function placeOf(scroller: HTMLElement): Place | null {
  const edge = scroller.getBoundingClientRect().top;
  for (const item of scroller.querySelectorAll<HTMLElement>('[data-key]')) {
    const box = item.getBoundingClientRect();
    if (box.bottom > edge) return { key: item.dataset['key'] ?? '', top: box.top - edge };
  }
  return null;
}

/** Puts the item back where it was. False where it is not there any more. */
export function restore(scroller: HTMLElement, place: Place): boolean {
  const item = scroller.querySelector<HTMLElement>(`[data-key="${CSS.escape(place.key)}"]`);
  if (!item) return false;
  const top = item.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  scroller.scrollTop += top - place.top;
  return true;
}
