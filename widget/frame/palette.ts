/** The campaign's colour, and what can be read on it and beside it, as custom properties of the page. */
import { inkOn, legible } from '../contrast.ts';

/** The grounds of frame.css. */
const light = '#ffffff';
const dark = '#16181d';

export function paint(root: HTMLElement, color: string): void {
  const ink = inkOn(color);
  root.style.setProperty('--brand', color);
  root.style.setProperty('--ink', ink);
  // The header deepens away from its ink, so that it only gains contrast.
  root.style.setProperty('--deep', ink === light ? '#000000' : light);
  root.style.setProperty('--accent-light', legible(color, light));
  root.style.setProperty('--accent-dark', legible(color, dark));
}
