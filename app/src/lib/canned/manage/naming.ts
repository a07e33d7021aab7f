/** How a response is called where there is room for a few words. */
import { plainText } from '#domain/conversation/format';
import { cleanLine, type ResponseTexts } from '#protocol';
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
