/**
 * Text that a user or visitor typed. It is stored exactly as typed; text that cannot be stored faithfully is refused.
 * Names are the exception: they are shown beside other text, so characters that reorder it are removed when a name is
 * accepted.
 */
import * as v from 'valibot';
import {
  maxEmailLength,
  maxNameLength,
  maxPreviewLength,
  maxTextLength,
  maxTitleLength,
  maxUrlLength,
} from './limits.ts';
import { webAddress } from './web-address.ts';

/** Invisible: white space, zero-width characters, fillers, controls, variation selectors, tags. */
const blank =
  // eslint-disable-next-line no-misleading-character-class -- lists combining characters on purpose
  /^[\s\p{Cc}\p{Cf}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\u{e0100}-\u{e01ef}]*$/u;

/** True if a text would show nothing. */
export function isBlank(text: string): boolean {
  return blank.test(text);
}

/** At most `max` code points. Counts them only if the length in UTF-16 units does not decide it. */
function fits(text: string, max: number): boolean {
  if (text.length <= max) return true;
  if (text.length > max * 2) return false;
  let count = 0;
  for (const _ of text) count++;
  return count <= max;
}

const wellFormed = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** Well-formed text of at most so many code points. */
/* @__NO_SIDE_EFFECTS__ */
export const typed = (max: number) =>
  v.pipe(
    v.string(),
    v.check((text) => fits(text, max), 'too_long'),
    v.check(wellFormed, 'not_text'),
  );

/** A message: not blank, well-formed Unicode without NUL, at most `maxTextLength` code points. */
export const MessageText = v.pipe(
  typed(maxTextLength),
  v.check((text) => !isBlank(text), 'blank'),
);
/** The text in a composer: may be empty. */
export const DraftText = typed(maxTextLength);
/** A note to a colleague about a conversation. */
export const NoteText = typed(500);
/** The part of it that is shown before it is sent. */
export const PreviewText = typed(maxPreviewLength);

const severalLines = /[\p{Cc}\u2028\u2029]/u;

/** A user's, visitor's or thing's name, one line. `cleanName` makes it safe to show. */
export const Name = v.pipe(
  typed(maxNameLength),
  v.check((text) => !isBlank(text), 'blank'),
  v.check((text) => !severalLines.test(text), 'one_line'),
);

/** True if `Name` accepts the text. For the widget's frame, which is too small for schemas. */
export function isName(text: string): boolean {
  return fits(text, maxNameLength) && wellFormed(text) && !isBlank(text) && !severalLines.test(text);
}

/** A page's title: well-formed Unicode without NUL, reduced to one line of visible characters. */
export const Title = v.pipe(typed(maxTitleLength), v.transform(cleanLine));

/**
 * Characters that are invisible and change the reading of the text around them: controls, and the format characters
 * (bidi, zero width, tags). Kept are joiners between emoji, or between letters of a script that needs them, and the
 * tags of a flag.
 */
const unseen = /(?<flag>\u{1f3f4}[\u{e0030}-\u{e007a}]+\u{e007f})|[\p{Cc}\p{Cf}]/gu;
const emoji = /\p{Extended_Pictographic}/u;
const joined =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * Removes invisible characters that change the reading of a text or of the text around it. White space becomes one
 * space.
 */
export function cleanLine(text: string): string {
  const line = text.replace(/[\t-\r\u0085\u2028\u2029]/g, ' ');
  return line
    .replace(unseen, (found, flag: string | undefined, at: number) => {
      if (flag !== undefined) return flag;
      return isJoiner(line, found, at) ? found : '';
    })
    .replace(/\s+/g, ' ')
    .trim();
}

/** True if a character joins, or separates, the characters on both its sides. */
function isJoiner(text: string, found: string, at: number): boolean {
  if (found !== '\u200d' && found !== '\u200c') return false;
  const before = Array.from(text.slice(Math.max(0, at - 4), at).replace(/[\ufe0f\p{Emoji_Modifier}]+$/u, ''));
  const after = String.fromCodePoint(text.codePointAt(at + 1) ?? 0);
  const both = (kind: RegExp) => kind.test(before.at(-1) ?? '') && kind.test(after);
  return both(joined) || (found === '\u200d' && both(emoji));
}

/** Makes a name safe to show beside other text: removes invisible characters, and makes equal names equal (NFC). */
export function cleanName(name: string): string {
  return cleanLine(name).normalize('NFC');
}

const address = /^[^\s@<>"(),:;\\[\]]{1,64}@[^\s@<>"(),:;\\[\]]+\.[^\s@<>"(),:;\\[\].]{2,}$/;
const notSeen = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

/**
 * A plausible email address: one @, no spaces, a dot in the domain, all of it visible. Whether mail arrives is not
 * checked.
 */
export const Email = v.pipe(
  v.string(),
  v.maxLength(maxEmailLength),
  v.regex(address),
  v.check((text) => !notSeen.test(text), 'not_text'),
);

/** True if `Email` accepts the text. For the widget's frame, which is too small for schemas. */
export function isEmail(text: string): boolean {
  return text.length <= maxEmailLength && address.test(text) && !notSeen.test(text);
}

/**
 * A web page's address, normalised: http or https, without a user name, and with the host in ASCII. Refused if the
 * written host is not the one that opens.
 */
export const PageUrl = v.pipe(
  v.string(),
  v.maxLength(maxUrlLength),
  v.check((text) => webAddress(text) !== undefined, 'not_url'),
  v.transform((text) => webAddress(text)?.href ?? ''),
  v.maxLength(maxUrlLength),
);
