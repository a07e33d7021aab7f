/** Changes a text field as if the user had typed: the browser's undo works, and the field reports an input. */
import { narrowed, type Edit } from './formatting.ts';

/** The part of a text field that is needed here. */
export type TextBox = Pick<
  HTMLTextAreaElement,
  'value' | 'selectionStart' | 'selectionEnd' | 'setSelectionRange' | 'focus'
>;

export function write(box: TextBox, edit: Edit): void {
  const { from, to, text, start, end } = narrowed(box.value, edit);
  box.focus();
  if (from < to || text !== '') {
    box.setSelectionRange(from, to);
    // The only way to change a text field that keeps the browser's history for undo.
    document.execCommand(text === '' ? 'delete' : 'insertText', false, text);
  }
  box.setSelectionRange(start, end);
}

/** Replaces a part of the text, by default the selection, and leaves the caret after it. */
export function insert(box: TextBox, text: string, from = box.selectionStart, to = box.selectionEnd): void {
  write(box, { from, to, text, start: from + text.length, end: from + text.length });
}
