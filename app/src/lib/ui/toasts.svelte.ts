/** Short notices that go by themselves. Nothing that must be answered belongs here. */

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'neutral' | 'error';
}

/** Long enough to read a sentence twice, in milliseconds. */
const shownFor = 6_000;

let list = $state.raw<readonly Toast[]>([]);
let next = 1;

export const toasts = {
  get list(): readonly Toast[] {
    return list;
  },
  show(text: string, tone: Toast['tone'] = 'neutral'): void {
    const toast = { id: next++, text, tone };
    // The same words twice are one notice that stays longer.
    list = [...list.filter((other) => other.text !== text), toast].slice(-3);
    setTimeout(() => toasts.drop(toast.id), shownFor);
  },
  drop(id: number): void {
    list = list.filter((toast) => toast.id !== id);
  },
};
