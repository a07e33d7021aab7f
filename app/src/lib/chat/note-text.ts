/** Mentions in the text of a note: finding them while it is typed and when it is shown. Pure. */
import type { Mention } from '#protocol';

/** A part of a note; `mention` if it is an `@` with a mentioned colleague's name. */
export interface NotePart {
  readonly text: string;
  readonly mention?: Mention;
}

/** The longest name that is searched for, in UTF-16 units. */
const longestQuery = 60;

/** Splits a note at its mentions. Of two names that fit, the longer one is mentioned. */
export function noteParts(text: string, mentions: readonly Mention[] = []): NotePart[] {
  const known = mentions.filter(({ name }) => name !== '').sort((a, b) => b.name.length - a.name.length);
  const parts: NotePart[] = [];
  let plain = 0;
  let at = text.indexOf('@');
  while (at >= 0) {
    const found = known.find(({ name }) => isNameAt(text, at + 1, name));
    if (found) {
      if (at > plain) parts.push({ text: text.slice(plain, at) });
      plain = at + 1 + found.name.length;
      parts.push({ text: text.slice(at, plain), mention: found });
    }
    at = text.indexOf('@', Math.max(at + 1, plain));
  }
  if (plain < text.length) parts.push({ text: text.slice(plain) });
  return parts;
}

/** True if a name is at this place, and no longer word. */
function isNameAt(text: string, at: number, name: string): boolean {
  return text.startsWith(name, at) && !/^[\p{L}\p{N}]/u.test(text.slice(at + name.length));
}

/** The colleagues whom a text still mentions, of those who were chosen, each once. */
export function mentionsIn(text: string, chosen: readonly Mention[]): Mention[] {
  const ids = new Set(noteParts(text, chosen).flatMap(({ mention }) => mention?.id ?? []));
  return chosen.filter(
    ({ id }, index) => ids.has(id) && chosen.findIndex((each) => each.id === id) === index,
  );
}

/** The name that is being typed after an `@` before the caret; null if there is none. `from`: the place of the `@`. */
export function queryAt(
  text: string,
  caret: number,
): { readonly from: number; readonly query: string } | null {
  const from = text.lastIndexOf('@', caret - 1);
  if (from < 0 || caret - from > longestQuery) return null;
  // An `@` within a word is an email address.
  if (/[\p{L}\p{N}._%+-]$/u.test(text.slice(0, from))) return null;
  const query = text.slice(from + 1, caret);
  return /^\s|[\n\r]| {2}/.test(query) ? null : { from, query };
}

/** Puts a mention in the place of the typed name. */
export function withMention(
  text: string,
  { from, caret, name }: { readonly from: number; readonly caret: number; readonly name: string },
): { readonly text: string; readonly caret: number } {
  const after = text.slice(caret);
  const inserted = `@${name}${after.startsWith(' ') ? '' : ' '}`;
  const end = from + inserted.length + (after.startsWith(' ') ? 1 : 0);
  return { text: text.slice(0, from) + inserted + after, caret: end };
}
