/** The language of the app: the one chosen on this device, otherwise the browser's, otherwise the first. */
import { languages, type Language } from '#protocol';
import { overwriteGetLocale } from '#words/app/runtime';
import { keep, kept } from './kept.ts';

/** Each in itself, so that its speakers recognise it. */
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

/** Applies the language to the page; must be called before anything is rendered. */
export function applyLanguage(): void {
  document.documentElement.lang = current;
}

// Each message reads the language when it is rendered, and so is rendered again when that changes.
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
