/** The workspace's single keys. They do nothing in fields and dialogs, and can be turned off (WCAG 2.1.4). */

export type Deed = 'next' | 'previous' | 'take' | 'write' | 'note' | 'help';

const deeds: Readonly<Record<string, Deed>> = {
  j: 'next',
  ArrowDown: 'next',
  k: 'previous',
  ArrowUp: 'previous',
  t: 'take',
  '/': 'write',
  r: 'write',
  n: 'note',
  '?': 'help',
};

type Pressed = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'defaultPrevented' | 'isComposing'
>;

/** The action of a key. Arrows work only within the list; letters only if single keys are on. */
export function deedOf(event: Pressed, where: { inList: boolean; singleKeys: boolean }): Deed | null {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey)
    return null;
  const deed = deeds[event.key] ?? null;
  if (event.key.startsWith('Arrow')) return where.inList ? deed : null;
  return where.singleKeys ? deed : null;
}

/**
 * True for the key that switches between a reply and a note, which also works in the box. On a Mac it types a letter.
 */
export function switchesMode(event: Pressed & Pick<KeyboardEvent, 'code' | 'shiftKey'>): boolean {
  return event.altKey && event.code === 'KeyN' && !event.ctrlKey && !event.metaKey && !event.shiftKey;
}

/** True if the element handles keys itself: fields, and everything in a dialog or a menu. */
export function keepsKeys(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.closest('input, textarea, select, [role="dialog"], [role="alertdialog"], [role="menu"]') !== null
  );
}

/** The next row from here, in a list of `count` rows; from outside it, the first or the last. */
export function step(at: number, count: number, deed: 'next' | 'previous'): number {
  if (at < 0) return deed === 'next' ? 0 : count - 1;
  return Math.min(count - 1, Math.max(0, at + (deed === 'next' ? 1 : -1)));
}
