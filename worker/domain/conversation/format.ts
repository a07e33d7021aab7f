/**
 * The format of a message's text: bold, italic, code spans and links, in a small markup. The result is a tree, never
 * HTML. Every screen uses this one parser; its rules are FMT in the protocol's page of conversations.
 */
import { isBlank } from '#protocol';
import { addressPattern, labelledLink, trimmed, writtenLink, type Link } from '../base/links.ts';

export type Inline = string | Styled;

export interface Styled extends Partial<Link> {
  readonly kind: 'bold' | 'italic' | 'code' | 'link';
  readonly parts: readonly Inline[];
}

type Mark = '**' | '*' | '_';

/** An opening run of marks. It is an element of the output, so that it stays text if nothing closes it. */
interface Opener {
  readonly at: number;
}

/** The characters that the parser stops at: everything between them is text, and so is the asterisk of a keycap. */
const special = `\\n|\\*+(?!\\ufe0f?\\u20e3)|_+|\`+|\\[|${addressPattern}`;
/** Before an opening mark: white space, an opening bracket or a quotation mark. */
const before = /[\s\p{Ps}\p{Pi}"']/u;
const space = /\s/;
const mark = /[*_`]/;
const wordChar = /[\p{L}\p{N}]/u;
/** No single `*` opens before these: `*.js`, `;*)`. */
const closing = /[.,:;!?…)\]}]/;
const codeEnd = /[^\s`]`(?![`\p{L}\p{N}])|\n/gu;

/** True if an opening mark may follow this character, or begin the text. */
export const opensAfter = (char = ' '): boolean => before.test(char);
/** True if a closing mark may precede this character, or end the text. */
export const closesBefore = (char = ' '): boolean => !wordChar.test(char);

/** Parses a text in linear time. The tree is at most four styles deep in a link's label, and four outside. */
export function inlines(text: string, isLabel = false): Inline[] {
  const out: Inline[] = [];
  const scan = new RegExp(special, 'giu');
  // One opener of each mark: a later one replaces it, so no style contains itself.
  const open = new Map<Mark, Opener>();
  /** The text up to here is in the output. */
  let done = 0;
  let [openedTo, closedTo, noCodeTo] = [-1, -1, -1];

  const push = (from: number, to: number, piece: Inline) => {
    if (from > done) out.push(text.slice(done, from));
    out.push(piece);
    scan.lastIndex = done = to;
  };
  const close = (name: Mark) => {
    const { at = 0 } = open.get(name) ?? {};
    const parts = joined(out.splice(at + 1));
    const rest = String(out.pop()).slice(name.length);
    if (rest) out.push(rest);
    out.push({ kind: name === '**' ? 'bold' : 'italic', parts });
    // Openers inside stay text.
    for (const [other, opener] of open) if (other === name || opener.at > at) open.delete(other);
  };

  for (let match = scan.exec(text); match; match = scan.exec(text)) {
    const [token] = match;
    const from = match.index;
    const to = from + token.length;
    // Beyond the ends is white space.
    const [last = ' ', next = ' '] = [text[from - 1], text[to]];
    const opens =
      !space.test(next) && next !== last && (opensAfter(last) || from === openedTo || from === closedTo);

    if (token === '\n') open.clear();
    else if (token === '[') {
      const link = isLabel ? undefined : labelledLink(text, from);
      if (link && !isBlank(link.label)) {
        const { label, end, ...rest } = link;
        push(from, end, { kind: 'link', ...rest, parts: inlines(label, true) });
      }
    } else if (token === '`') {
      if (!opens || from < noCodeTo) continue;
      codeEnd.lastIndex = to;
      const end = codeEnd.exec(text);
      if (end && end[0] !== '\n') {
        closedTo = codeEnd.lastIndex;
        push(from, closedTo, { kind: 'code', parts: [text.slice(to, closedTo - 1)] });
      } else noCodeTo = end?.index ?? text.length;
    } else if (!/^[*_]/.test(token)) {
      const found = trimmed(token);
      const link = isLabel || /[\p{L}\p{N}@/.]/u.test(last) ? undefined : writtenLink(found);
      if (link) push(from, from + found.length, { kind: 'link', ...link, parts: [found] });
      // An address that is no link is text as a whole.
      scan.lastIndex = from + found.length;
    } else {
      const names = namesOf(token);
      if (names.length === 0) continue;
      const closes =
        closesBefore(next) &&
        (mark.test(last) ? from === closedTo : !space.test(last)) &&
        names.every((name) => open.has(name));
      if (closes) {
        if (from > done) out.push(text.slice(done, from));
        // The inner one first.
        names.sort((a, b) => (open.get(b)?.at ?? 0) - (open.get(a)?.at ?? 0)).forEach(close);
        done = closedTo = to;
      } else if (opens && !(token === '*' && closing.test(next))) {
        push(from, to, token);
        const opener = { at: out.length - 1 };
        for (const name of names) open.set(name, opener);
        openedTo = to;
      }
    }
  }
  if (done < text.length) out.push(text.slice(done));
  return joined(out);
}

/** The text without its markup, for one-line previews and for places that show no format. */
export function plainText(text: string): string {
  return /[*_`[]/.test(text) ? plain(inlines(text)) : text;
}

function plain(parts: readonly Inline[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : plain(part.parts))).join('');
}

/** The marks in a run; in the order in which they close if both opened at once. Longer runs are text. */
function namesOf(run: string): Mark[] {
  if (run === '***') return ['*', '**'];
  return run === '**' || run === '*' || run === '_' ? [run] : [];
}

/** Joins adjacent texts, which marks that stayed text have left. */
function joined(parts: readonly Inline[]): Inline[] {
  const out: Inline[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (typeof part === 'string' && typeof last === 'string') out[out.length - 1] = last + part;
    else out.push(part);
  }
  return out;
}
