/** Short notices that go by themselves. Nothing that must be answered belongs here. */

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'neutral' | 'error';
  /** What can be done about it, for as long as it is shown. */
  readonly action?: { readonly label: string; run(): void } | undefined;
}

/** Long enough to read a sentence twice, in milliseconds. */
const shownFor = 6_000;
/** What can be taken back can be so for this long. */
const undoableFor = 10_000;

let list = $state.raw<readonly Toast[]>([]);
let next = 1;

export const toasts = {
  get list(): readonly Toast[] {
    return list;
  },
  show(text: string, tone: Toast['tone'] = 'neutral', action?: Toast['action']): void {
    const toast = { id: next++, text, tone, action };
    // The same words twice are one notice that stays longer.
    list = [...list.filter((other) => other.text !== text), toast].slice(-3);
    setTimeout(() => toasts.drop(toast.id), action ? undoableFor : shownFor);
  },
  drop(id: number): void {
    list = list.filter((toast) => toast.id !== id);
  },
};
