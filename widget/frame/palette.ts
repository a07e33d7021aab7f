/** The campaign's colour, and legible colours on it and beside it, as custom properties of the page. */
import { inkOn, legible } from '../contrast.ts';

/** The bubbles of frame.css, on which the accent has the lowest contrast. */
const light = '#f0f1f4';
const dark = '#272b33';
/** Above the 4.5 of WCAG, because the accent is also used on a tint of itself. */
const ratio = 5.2;

export function paint(root: HTMLElement, color: string): void {
  const ink = inkOn(color);
  root.style.setProperty('--brand', color);
  root.style.setProperty('--ink', ink);
  // The header darkens or lightens away from its ink, so that it only gains contrast.
  root.style.setProperty('--deep', ink === '#ffffff' ? '#000000' : '#ffffff');
  root.style.setProperty('--accent-light', legible(color, light, ratio));
  root.style.setProperty('--accent-dark', legible(color, dark, ratio));
}
