/** Loads the emoji when a grid is first opened: 32 KB in English, 72 KB in Russian with the names in English. */
import { readSet, type EmojiSet } from '#domain/emoji/set';
import { searched, type SearchedEmoji } from '#domain/emoji/search';
import type { Language } from '#protocol';

export interface LoadedEmoji {
  readonly set: EmojiSet;
  readonly search: readonly SearchedEmoji[];
}

const names = { en: () => import('#emoji/en'), ru: () => import('#emoji/ru') } satisfies Record<
  Language,
  () => Promise<{ default: string }>
>;
const loaded = new Map<Language, Promise<LoadedEmoji>>();

/** They are found by their names in the language, and in English. */
export function loadEmoji(language: Language): Promise<LoadedEmoji> {
  const before = loaded.get(language);
  if (before) return before;
  const loading = load(language);
  loaded.set(language, loading);
  // The next opening tries again.
  loading.catch(() => loaded.delete(language));
  return loading;
}

async function load(language: Language): Promise<LoadedEmoji> {
  const [grid, own, english] = await Promise.all([import('#emoji/grid'), names[language](), names.en()]);
  const set = readSet(grid.default, own.default);
  const others = language === 'en' ? [] : [readSet(grid.default, english.default)];
  return { set, search: searched(set, ...others) };
}
