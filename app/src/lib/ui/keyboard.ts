/** The names of keys on this device: on Apple's keyboards the modifiers have signs of their own. */

const apple = /Mac|iPhone|iPad/.test(navigator.platform);

/** A key together with Ctrl, or Cmd on a Mac. */
export function withCtrl(key: string): string {
  return apple ? `⌘${key}` : `Ctrl+${key}`;
}

export function withAlt(key: string): string {
  return apple ? `⌥${key}` : `Alt+${key}`;
}

/** The same combination as `aria-keyshortcuts` spells it. */
export function ariaKeys(shortcut: string): string {
  return shortcut.replace('⌘', 'Meta+').replace('⌥', 'Alt+').replace('Ctrl', 'Control');
}

/**
 * True for a sign with Ctrl, or with Cmd. The place of its key in the English layout counts too: in other layouts the
 * key types a letter.
 */
export function pressesWithCtrl(
  event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'isComposing'>,
  sign: string,
  code: string,
): boolean {
  if (event.ctrlKey === event.metaKey || event.altKey || event.isComposing) return false;
  const latin = /^[\x20-\x7e]$/.test(event.key);
  return event.key === sign || (!latin && event.code === code && !event.shiftKey);
}
