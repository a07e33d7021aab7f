/**
 * The open dialogs. The page behind them is inert: neither the keyboard nor a screen reader gets there, and a control that a dialog
 * covers in part is no target.
 */
import { onDestroy, tick } from 'svelte';

class Modals {
  #open = 0;
  #page: HTMLElement | null = null;

  /** An attachment: the element is the page that lies behind. */
  readonly behind = (page: HTMLElement) => {
    this.#page = page;
    page.inert = this.#open > 0;
    return () => {
      if (this.#page === page) this.#page = null;
    };
  };

  /** Counts a dialog while it is open. Called as its component is created. */
  counts(isOpen: () => boolean): void {
    let counted = false;
    const count = (is: boolean) => {
      if (is === counted) return;
      counted = is;
      this.#open += is ? 1 : -1;
      if (this.#page) this.#page.inert = this.#open > 0;
    };
    // The dialog first notes which control had the focus, and gives it back as it closes: in between nothing behind takes it.
    $effect(() => {
      if (isOpen()) void tick().then(() => count(isOpen()));
    });
    $effect.pre(() => {
      if (!isOpen()) count(false);
    });
    onDestroy(() => {
      isOpen = () => false;
      count(false);
    });
  }
}

export const modals = new Modals();
