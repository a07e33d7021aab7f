/** How a response is called where there is room for a few words. */
import { plainText } from '#domain/conversation/format';
import { cleanLine, maxKeyLength, type ResponseTexts } from '#protocol';
import { m } from '#words/app';

const longest = 60;

/** Its key, its question, or the start of its answer. */
export function nameOf({ key, question, answer }: ResponseTexts): string {
  if (key) return `#${key}`;
  const text = cleanLine(question) || cleanLine(plainText(answer.slice(0, longest * 4)));
  if (text === '') return m.response_untitled();
  const characters = Array.from(text);
  return characters.length > longest ? `${characters.slice(0, longest).join('').trimEnd()}…` : text;
}

/** The same without its key, where that is known. */
export function contentOf({ question, answer }: ResponseTexts): string {
  return nameOf({ key: '', question, answer });
}

/** The first free key that counts on from another one: `returns`, `returns-2`, `returns-3`. No key stays none. */
export function nextKey(key: string, isTaken: (key: string) => boolean): string {
  if (key === '') return '';
  const stem = Array.from(key.replace(/(?<=.)-\d{1,4}$/u, ''));
  for (let number = 2; ; number++) {
    const tail = `-${number}`;
    const next = stem.slice(0, maxKeyLength - tail.length).join('') + tail;
    if (!isTaken(next)) return next;
  }
}
