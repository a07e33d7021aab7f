/** The page's own storage, which may be full, forbidden or absent: then nothing is stored, and nothing fails. */

type Where = 'localStorage' | 'sessionStorage';

/** Reads a key; with a value, writes it; with null, removes it. */
export function remember(where: Where, key: string, value?: string | null): string | null {
  try {
    if (value === undefined) return window[where].getItem(key);
    if (value === null) window[where].removeItem(key);
    else window[where].setItem(key, value);
  } catch {
    // Nothing is stored.
  }
  return null;
}

/** Removes all keys that begin with `prefix`. */
export function forget(prefix: string): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
  } catch {
    // There is no storage.
  }
}
