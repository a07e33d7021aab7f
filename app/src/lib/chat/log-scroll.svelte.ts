/** The scrolling of a log: it stays at its end, or at the items in view, while items are added above and below. */
import { tick } from 'svelte';
import { atEnd, restore, scrollPositionOf, toEnd, type ScrollPosition } from './scroll.ts';

/** How long an item that the reader has jumped to is highlighted; milliseconds. */
const highlightFor = 2_000;

export class LogScroll {
  /** The end is in view, and stays there. */
  pinned = $state(true);
  /** A message has arrived below the items in view. */
  newBelow = $state(false);
  /** The key of the highlighted item. */
  highlighted = $state<string | null>(null);
  /** Stored while scrolling: when the log closes, its page is gone already. */
  #held: ScrollPosition | null = null;
  #scroller: HTMLElement | null = null;
  #lastTop = 0;
  #fading: ReturnType<typeof setTimeout> | undefined;

  /** Begins at a scroll position, or at the end. Returns the function that ends it. */
  begin(scroller: HTMLElement, content: HTMLElement, at: ScrollPosition | null): () => void {
    this.#scroller = scroller;
    if (at && restore(scroller, at)) {
      this.pinned = false;
      this.#held = at;
    }
    if (this.pinned) toEnd(scroller);
    // The end stays in view when the composer grows, the window is resized or fonts arrive.
    const observer = new ResizeObserver(() => {
      if (this.pinned) toEnd(scroller);
    });
    observer.observe(scroller);
    observer.observe(content);
    return () => {
      observer.disconnect();
      clearTimeout(this.#fading);
    };
  }

  /** The scroll position; null at the end. */
  get position(): ScrollPosition | null {
    return this.pinned ? null : this.#held;
  }

  /** Stores the position in view before the items change. */
  keep(): void {
    if (this.#scroller) this.#held = this.pinned ? null : scrollPositionOf(this.#scroller);
  }

  /** Restores the stored position after the items have changed. */
  settle(): void {
    if (!this.#scroller) return;
    if (this.pinned) toEnd(this.#scroller);
    else if (this.#held) restore(this.#scroller, this.#held);
  }

  scrolled(): void {
    if (!this.#scroller) return;
    const up = this.#scroller.scrollTop < this.#lastTop;
    this.#lastTop = this.#scroller.scrollTop;
    // Content that grew below does not unpin the log: only scrolling up does.
    if (atEnd(this.#scroller)) this.pinned = true;
    else if (up) this.pinned = false;
    if (this.pinned) this.newBelow = false;
    this.keep();
  }

  /** The beginning of the loaded items is near. */
  get nearTop(): boolean {
    return this.#scroller !== null && this.#scroller.scrollTop < 800;
  }

  /** Scrolls to the end, whatever is in view. */
  async end(): Promise<void> {
    this.pinned = true;
    this.newBelow = false;
    await tick();
    if (this.#scroller) toEnd(this.#scroller);
  }

  /** Scrolls to an item, focuses it and highlights it. */
  reveal(key: string): void {
    const item = this.#scroller?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
    if (!item || !this.#scroller) return;
    this.pinned = false;
    const box = item.getBoundingClientRect();
    const frame = this.#scroller.getBoundingClientRect();
    this.#scroller.scrollTop += box.top - frame.top - Math.max(0, (frame.height - box.height) / 3);
    this.pinned = atEnd(this.#scroller);
    this.keep();
    item.querySelector<HTMLElement>('[role="article"]')?.focus({ preventScroll: true });
    this.highlighted = key;
    clearTimeout(this.#fading);
    this.#fading = setTimeout(() => (this.highlighted = null), highlightFor);
  }
}
