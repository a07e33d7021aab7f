/**
 * Short notices. An error stays until it is closed. Others close by themselves, so nothing that needs an answer
 * belongs here.
 */
import { untrack } from 'svelte';
import { toast } from 'svelte-sonner';
import Toast from './Toast.svelte';

type Tone = 'neutral' | 'error';
/** An action on the notice, for as long as it is shown. */
interface Action {
  readonly label: string;
  run(): void;
  /** The action is possible for so long, and the notice counts it down; milliseconds. */
  readonly within?: number;
}

/** Long enough to read a sentence twice, in milliseconds. */
const shownFor = 6_000;
/** A notice with an undo action is shown this long; milliseconds. */
const undoableFor = 10_000;

export const toasts = {
  show(text: string, tone: Tone = 'neutral', action?: Action): void {
    const until = action?.within === undefined ? undefined : Date.now() + action.within;
    // The same words again replace the earlier notice: it is announced and shown anew. A removal keeps its own undo.
    if (until === undefined)
      for (const { id, componentProps } of untrack(() => toast.getActiveToasts()))
        if (componentProps?.['text'] === text) toast.dismiss(id);
    toast.custom(Toast, {
      componentProps: { text, tone, action, until },
      // Such a notice closes by itself, even under the pointer, where the library would wait.
      duration: tone === 'error' || until !== undefined ? Infinity : action ? undoableFor : shownFor,
      important: tone === 'error',
      class: 'toast',
    });
  },
  /** Closes all: they are about somebody who has left. */
  clear(): void {
    toast.dismiss();
  },
};
