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
