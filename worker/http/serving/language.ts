/** The language of the one who asks, as their browser states it. */
import { languages, type Language } from '#protocol';
import { languageDetector } from 'hono/language';
import type { Exchange } from './exchange.ts';

/** To be put before a handler that asks for the language. */
export const spoken = languageDetector({
  order: ['header'],
  caches: false,
  supportedLanguages: [...languages],
  fallbackLanguage: languages[0],
});

/** The language; the answer's headers say that it depends on it. */
export function languageOf(c: Exchange): Language {
  c.header('Vary', 'Accept-Language', { append: true });
  return c.get('language') as Language;
}
