/** The client's language, as the browser states it. */
import { languages, type Language } from '#protocol';
import { languageDetector } from 'hono/language';
import type { Exchange } from './exchange.ts';

/** Middleware for the routes whose handlers call `languageOf`. */
export const spoken = languageDetector({
  order: ['header'],
  caches: false,
  supportedLanguages: [...languages],
  fallbackLanguage: languages[0],
});

/** The language. Adds a `Vary` header, because the answer depends on the language. */
export function languageOf(c: Exchange): Language {
  c.header('Vary', 'Accept-Language', { append: true });
  return c.get('language') as Language;
}
