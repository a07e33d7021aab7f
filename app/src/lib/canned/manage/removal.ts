/** Removes a response or a forum at once, and offers an undo for as long as the server grants it (F80). */
import { isRefusal, isTransient, type Refusal } from '#protocol';
import { m } from '#words/app';
import { toasts } from '$lib/ui/toasts.svelte.ts';
import { refusalWords } from '$lib/words/refusals.ts';

interface Removal<T extends object> {
  /** The notice, such as "Removed: returns". */
  readonly text: string;
  remove(): Promise<{ readonly restorableFor: number } | Refusal>;
  restore(): Promise<T | Refusal>;
  /** The server has removed it. */
  onremoved?(): void;
  /** Nothing was removed. */
  onfailed?(): void;
  /** Called wherever the user is by then: its page may be gone. */
  onrestored(restored: T): void;
}

export async function removeWithUndo<T extends object>(removal: Removal<T>): Promise<void> {
  const answer = await removal.remove();
  if (isRefusal(answer)) {
    removal.onfailed?.();
    toasts.show(refusalWords(answer), 'error');
    return;
  }
  removal.onremoved?.();
  offerUndo(removal, Date.now() + answer.restorableFor);
}

function offerUndo<T extends object>(removal: Removal<T>, until: number): void {
  const run = async () => {
    const answer = await removal.restore();
    if (!isRefusal(answer)) {
      removal.onrestored(answer);
      return;
    }
    const late = answer.refused === 'too_late' || answer.refused === 'not_found';
    toasts.show(late ? m.undo_too_late() : refusalWords(answer), 'error');
    // The time does not stop while the connection is away.
    if (isTransient(answer.refused) && Date.now() < until) offerUndo(removal, until);
  };
  toasts.show(removal.text, 'neutral', {
    label: m.undo(),
    run: () => void run(),
    within: until - Date.now(),
  });
}
