/** The key that opens the picker of canned responses, by its place on the keyboard, so that any layout has it. */

/** Its letter on a Latin keyboard. Browsers and screen readers leave Alt+Q alone. */
export const pickerKey = 'Q';

export function opensPicker(
  event: Pick<
    KeyboardEvent,
    'code' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'isComposing' | 'defaultPrevented'
  >,
): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  return (
    event.altKey && event.code === `Key${pickerKey}` && !event.ctrlKey && !event.metaKey && !event.shiftKey
  );
}
