/**
 * Text that a person typed. It is stored as typed, with no change; what can't be stored faithfully is refused. A name is the
 * exception: it is shown beside other people's words, so characters that reorder those are taken out where it is accepted.
 */
import * as v from 'valibot';
import { maxEmailLength, maxNameLength, maxPreviewLength, maxTextLength, maxUrlLength } from './limits.ts';

/** Nothing to see: white space, zero-width characters, fillers, controls, variation selectors, tags. */
const blank =
  // eslint-disable-next-line no-misleading-character-class -- combining characters are listed as characters of their own
  /^[\s\p{Cc}\p{Cf}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\u{e0100}-\u{e01ef}]*$/u;

/** True of a text that would show nothing. */
export function isBlank(text: string): boolean {
  return blank.test(text);
}

/** No longer than `max` code points. Counts only where the cheap bound (UTF-16 units) leaves a doubt. */
function fits(text: string, max: number): boolean {
  if (text.length <= max) return true;
  if (text.length > max * 2) return false;
  let count = 0;
  for (const _ of text) count++;
  return count <= max;
}

const wellFormed = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

const typed = (max: number) =>
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
/** What stands in a composer: may be empty. */
export const DraftText = typed(maxTextLength);
/** A word to a colleague about a conversation. */
export const NoteText = typed(500);
/** As much of it as is shown before it is sent. */
export const PreviewText = typed(maxPreviewLength);

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const severalLines = /[\u0000-\u001f\u007f\u2028\u2029]/;

/** A person's or a thing's name, one line. `cleanName` makes it fit to show. */
export const Name = v.pipe(
  typed(maxNameLength),
  v.check((text) => !isBlank(text), 'blank'),
  v.check((text) => !severalLines.test(text), 'one_line'),
);

/** True of a text that `Name` accepts. For the widget's frame, which has no place for schemas. */
export function isName(text: string): boolean {
  return fits(text, maxNameLength) && wellFormed(text) && !isBlank(text) && !severalLines.test(text);
}

/** Takes out what reorders the text around a name (bidi controls), and composes it (NFC), so that equal names are equal. */
export function cleanName(name: string): string {
  return name
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .normalize('NFC')
    .trim();
}

const address = /^[^\s@<>"(),:;\\[\]]{1,64}@[^\s@<>"(),:;\\[\]]+\.[^\s@<>"(),:;\\[\].]{2,}$/;

/** An address that could be written to. Deliverability is not ours to judge: one @, no blanks, a dot in the domain. */
export const Email = v.pipe(
  v.string(),
  v.maxLength(maxEmailLength),
  v.regex(address),
  v.check(wellFormed, 'not_text'),
);

/** True of a text that `Email` accepts. For the widget's frame, which has no place for schemas. */
export function isEmail(text: string): boolean {
  return text.length <= maxEmailLength && address.test(text) && wellFormed(text);
}

/** A web page's address. Anything but http and https is refused, so that it may stand in a link. */
export const PageUrl = v.pipe(
  v.string(),
  v.maxLength(maxUrlLength),
  v.regex(/^https?:\/\//),
  v.check((text) => wellFormed(text) && URL.canParse(text), 'not_url'),
);
