/** Shows a message of the open conversation, and loads earlier parts until it is there. */
import type { Row } from './timeline.ts';

/** The part of the open chat that a jump needs. */
interface Scrolled {
  readonly rows: readonly Row[];
  readonly view: { readonly entries: readonly { readonly seq: number }[]; readonly more: boolean };
  /** The log follows its end. */
  atEnd: boolean;
  readonly client: { older(): Promise<void> };
}

/** The log is asked again after this time, and so often at most; milliseconds. */
const pause = 150;
const tries = 60;

export async function jumpTo(chat: Scrolled, seq: number): Promise<void> {
  for (let count = 0; count < tries; count++) {
    const row = chat.rows.find((each) => each.kind === 'message' && each.seq === seq);
    const element = row && document.querySelector<HTMLElement>(`[data-key="${CSS.escape(row.key)}"]`);
    if (element) {
      show(chat, element);
      return;
    }
    if ((chat.view.entries[0]?.seq ?? 0) <= seq || !chat.view.more) return;
    // Asked again while an answer is awaited, the client sends nothing.
    void chat.client.older();
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function show(chat: Scrolled, element: HTMLElement): void {
  chat.atEnd = false;
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  element.scrollIntoView({ block: 'center', behavior: still ? 'auto' : 'smooth' });
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.classList.add('found');
  setTimeout(() => element.classList.remove('found'), 2_000);
}
