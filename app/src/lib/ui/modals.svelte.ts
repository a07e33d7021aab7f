/**
 * The open dialogs. The page behind them is inert: neither the keyboard nor a screen reader reaches it, and a control
 * that a dialog covers in part can't be clicked.
 */
import { onDestroy, tick } from 'svelte';

class Modals {
  #open = 0;
  #page: HTMLElement | null = null;

  /** An attachment for the element of the page behind the dialogs. */
  readonly behind = (page: HTMLElement) => {
    this.#page = page;
    page.inert = this.#open > 0;
    return () => {
      if (this.#page === page) this.#page = null;
    };
  };

  /** Counts a dialog while it is open. Called when its component is created. */
  counts(isOpen: () => boolean): void {
    let counted = false;
    const count = (is: boolean) => {
      if (is === counted) return;
      counted = is;
      this.#open += is ? 1 : -1;
      if (this.#page) this.#page.inert = this.#open > 0;
    };
    // The dialog first stores the focused control, and restores the focus when it closes: in between nothing behind
    // may take it.
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
