/** The language that is spoken here: the one chosen on this device, else the browser's, else the first. */
import { languages, type Language } from '#protocol';
import { overwriteGetLocale } from '#words/app/runtime';
import { keep, kept } from './kept.ts';

/** Each in itself: who looks for a language finds it by its own word. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', ru: 'Русский' };

const key = 'parley.language';
let current = $state<Language>(known(kept(key)) ?? preferred());

function known(tag: string | null): Language | undefined {
  const name = tag?.split('-')[0]?.toLowerCase();
  return languages.find((language) => language === name);
}

function preferred(): Language {
  for (const tag of navigator.languages) {
    const language = known(tag);
    if (language) return language;
  }
  return languages[0];
}

/** Puts the language on the page; to be called before anything is drawn. */
export function applyLanguage(): void {
  document.documentElement.lang = current;
}

// Each message asks for the language where it is shown, and so is shown anew when that changes.
overwriteGetLocale(() => current);

export const language = {
  get current(): Language {
    return current;
  },
  set current(next: Language) {
    current = next;
    keep(key, next);
    applyLanguage();
  },
};
