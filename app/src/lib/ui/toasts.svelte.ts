/** Short notices that disappear by themselves, for nothing that needs an answer. */

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'neutral' | 'error';
  /** An action on the notice, for as long as it is shown. */
  readonly action?: { readonly label: string; run(): void } | undefined;
}

/** Long enough to read a sentence twice, in milliseconds. */
const shownFor = 6_000;
/** A notice with an undo action is shown this long; milliseconds. */
const undoableFor = 10_000;

let list = $state.raw<readonly Toast[]>([]);
let next = 1;

export const toasts = {
  get list(): readonly Toast[] {
    return list;
  },
  show(text: string, tone: Toast['tone'] = 'neutral', action?: Toast['action']): void {
    const toast = { id: next++, text, tone, action };
    // A repeated text is one notice that stays longer.
    list = [...list.filter((other) => other.text !== text), toast].slice(-3);
    setTimeout(() => toasts.drop(toast.id), action ? undoableFor : shownFor);
  },
  drop(id: number): void {
    list = list.filter((toast) => toast.id !== id);
  },
};
