/**
 * Small texts in this browser's storage, which may be missing, full or forbidden; then they last as long as the page.
 */

const memory = new Map<string, string>();

export function kept(key: string): string | null {
  try {
    return localStorage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

export function keep(key: string, value: string | null): void {
  if (value === null) memory.delete(key);
  else memory.set(key, value);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // The text stays in memory.
  }
}

export function keptKeys(prefix: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [...memory.keys()].filter((key) => key.startsWith(prefix));
  }
}

const memoryOfTab = new Map<string, string>();

/** A text that lasts as long as this tab of the browser, reloads included. */
export function keptInTab(key: string): string | null {
  try {
    return sessionStorage.getItem(key) ?? memoryOfTab.get(key) ?? null;
  } catch {
    return memoryOfTab.get(key) ?? null;
  }
}

export function keepInTab(key: string, value: string): void {
  memoryOfTab.set(key, value);
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // The text stays in memory.
  }
}
