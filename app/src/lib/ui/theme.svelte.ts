/** Light, dark, or the system's theme. Stored in this browser. */
import { keep, kept } from '../kept.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'parley.theme';
let chosen = $state<Theme>(themes.find((theme) => theme === kept(key)) ?? 'system');

/** Applies the theme to the page; must be called before anything is rendered. */
export function applyTheme(): void {
  const { dataset } = document.documentElement;
  if (chosen === 'system') delete dataset['theme'];
  else dataset['theme'] = chosen;
}

export const theme = {
  get chosen(): Theme {
    return chosen;
  },
  set chosen(next: Theme) {
    chosen = next;
    keep(key, next === 'system' ? null : next);
    applyTheme();
  },
};
