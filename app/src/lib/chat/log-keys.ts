/** The keys of a log: the arrows move from message to message, and the key of the context menu to its actions. */

const steps: Readonly<Record<string, -1 | 1>> = { ArrowUp: -1, ArrowDown: 1 };

/**
 * Moves the focus to the message above or below the focused one; from the log itself, to the last or first message in
 * view. Returns false if there is none: the arrow then scrolls.
 */
export function moveFocus(scroller: HTMLElement, event: KeyboardEvent): boolean {
  const step = steps[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false;
  // In a player the arrows change the volume.
  if (event.target instanceof HTMLMediaElement) return false;
  const messages = [...scroller.querySelectorAll<HTMLElement>('[role="article"]')];
  const focused = messages.findIndex((message) => message.contains(document.activeElement));
  const next = focused >= 0 ? messages[focused + step] : edgeInView(scroller, messages, step);
  if (!next) return false;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
  return true;
}

function edgeInView(
  scroller: HTMLElement,
  messages: readonly HTMLElement[],
  step: -1 | 1,
): HTMLElement | undefined {
  const { top, bottom } = scroller.getBoundingClientRect();
  const inView = messages.filter((message) => {
    const box = message.getBoundingClientRect();
    return box.bottom > top && box.top < bottom;
  });
  return step < 0 ? inView.at(-1) : inView[0];
}

/** From a focused message to its toolbar. Returns false for other keys, and where there is no toolbar. */
export function toToolbar({ key, shiftKey, target }: KeyboardEvent): boolean {
  if (key !== 'ContextMenu' && !(key === 'F10' && shiftKey)) return false;
  const message = target instanceof Element ? target.closest('[role="article"]') : null;
  const button = message?.querySelector<HTMLElement>('[role="toolbar"] button');
  button?.focus();
  return button !== undefined && button !== null;
}
