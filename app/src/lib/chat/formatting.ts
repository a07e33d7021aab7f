/**
 * Changes of a composer's text by its buttons and keys: bold, italic, code. The parser decides what a text shows, so a
 * change is accepted only if it leaves the plain text as it is.
 */
import {
  closesBefore,
  inlines,
  opensAfter,
  plainText,
  type Inline,
  type Styled,
} from '#domain/conversation/format';

export type Style = Exclude<Styled['kind'], 'link'>;

/** Replaces the text from `from` to `to`, and then selects from `start` to `end`. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The same edit, without the text that it replaces by itself: undo then selects only what changes. */
export function narrowed(before: string, edit: Edit): Edit {
  let { from, to, text } = edit;
  const old = before.slice(from, to);
  let same = 0;
  while (same < Math.min(old.length, text.length) && old[same] === text[same]) same++;
  let last = 0;
  const rest = Math.min(old.length, text.length) - same;
  while (last < rest && old.at(-1 - last) === text.at(-1 - last)) last++;
  from += same;
  to -= last;
  text = text.slice(same, text.length - last);
  return { ...edit, from, to, text };
}

/** The first mark of a style is the one that is written. */
const marks: Readonly<Record<Style, readonly [string, ...string[]]>> = {
  bold: ['**'],
  italic: ['_', '*'],
  code: ['`'],
};
const keys: Readonly<Record<string, Style | 'link'>> = { b: 'bold', i: 'italic', e: 'code', k: 'link' };

/** The style that Ctrl or Cmd and a key toggle. The physical key counts in layouts without Latin letters. */
export function styleOf(
  event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>,
): Style | 'link' | undefined {
  if (event.ctrlKey === event.metaKey || event.shiftKey || event.altKey) return undefined;
  const latin = /^[\x20-\x7e]$/.test(event.key) ? event.key : event.code.replace(/^Key/, '');
  return keys[latin.toLowerCase()];
}

/**
 * Switches a style on or off in the selection, line by line; without a selection at the word, or for the text that is
 * typed next.
 */
export function toggled(text: string, start: number, end: number, style: Style): Edit {
  if (start === end) return atCaret(text, start, style);
  const from = startOfLine(text, start);
  const to = endOfLine(text, end);
  const pieces = text
    .slice(from, to)
    .split('\n')
    .map((line, index, lines) => {
      const at = from + lines.slice(0, index).join('\n').length + (index > 0 ? 1 : 0);
      return trimmed({
        line,
        start: Math.max(0, start - at),
        end: Math.max(0, Math.min(line.length, end - at)),
      });
    });
  const selected = pieces.filter(({ start, end }) => start < end);
  // A part that cannot have the style, as the middle of an address, decides nothing.
  const off = selected.every((piece) => isStyled(piece, style) || !styled(piece, style));
  const changed = pieces.map((piece) => {
    if (piece.start >= piece.end || isStyled(piece, style) !== off) return piece;
    return (off ? without(piece, style) : styled(piece, style)) ?? piece;
  });
  const lines = changed.map(({ line }) => line);
  const first = changed.find(({ start, end }) => start < end);
  const last = changed.findLast(({ start, end }) => start < end);
  if (!first || !last) return { from: start, to: start, text: '', start, end };
  const offset = (index: number) =>
    from + lines.slice(0, index).reduce((sum, line) => sum + line.length + 1, 0);
  return {
    ...{ from, to, text: lines.join('\n') },
    start: offset(changed.indexOf(first)) + first.start,
    end: offset(changed.indexOf(last)) + last.end,
  };
}

/** A part of a line. */
interface Piece {
  readonly line: string;
  readonly start: number;
  readonly end: number;
}

function atCaret(text: string, caret: number, style: Style): Edit {
  const [mark] = marks[style];
  const stay = { from: caret, to: caret, text: '', start: caret, end: caret };
  const from = startOfLine(text, caret);
  const line = text.slice(from, endOfLine(text, caret));
  const here = caret - from;
  if (line.slice(0, here).endsWith(mark) && line.startsWith(mark, here)) {
    const [start, end] = [caret - mark.length, caret + mark.length];
    return { from: start, to: end, text: '', start, end: start };
  }
  const closing = marks[style].find((each) => line.startsWith(each, here));
  if (closing && shows(line, here, style)) {
    const after = caret + closing.length;
    return { ...stay, start: after, end: after };
  }
  const word = wordAt(line, here);
  if (!word) {
    const inside = caret + mark.length;
    return { ...stay, text: mark + mark, start: inside, end: inside };
  }
  const changed = isStyled(word, style) ? without(word, style) : styled(word, style);
  if (!changed) return stay;
  const at = from + changed.start + (here - word.start);
  return { from, to: from + line.length, text: changed.line, start: at, end: at };
}

export function startOfLine(text: string, at: number): number {
  // A negative position would count as 0.
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function wordAt(line: string, at: number): Piece | undefined {
  let [start, end] = [at, at];
  while (start > 0 && !closesBefore(line[start - 1])) start--;
  while (end < line.length && !closesBefore(line[end])) end++;
  return start < end ? { line, start, end } : undefined;
}

function trimmed({ line, start, end }: Piece): Piece {
  while (start < end && /\s/.test(line.charAt(start))) start++;
  while (start < end && /\s/.test(line.charAt(end - 1))) end--;
  return { line, start, end };
}

/** The part without the marks at its ends. */
function core({ line, start, end }: Piece): Piece {
  while (start < end && /[*_`]/.test(line.charAt(start))) start++;
  while (start < end && /[*_`]/.test(line.charAt(end - 1))) end--;
  return { line, start, end };
}

/** A private character, so that a place can be found again in the tree. */
const probe = '\ue000';

/** True if a character that is inserted at this place is shown in the style. */
function shows(line: string, at: number, style: Style): boolean {
  const find = (parts: readonly Inline[], on: boolean): boolean =>
    parts.some((part) =>
      typeof part === 'string' ? on && part.includes(probe) : find(part.parts, on || part.kind === style),
    );
  return find(inlines(line.slice(0, at) + probe + line.slice(at)), false);
}

/** True if the whole part is shown in the style. */
function isStyled(piece: Piece, style: Style): boolean {
  const { line, start, end } = core(piece);
  if (start >= end) return false;
  // A style begins or ends only at a mark.
  const changes = [...line.slice(start, end).matchAll(/[*_`]\s*(?=[^\s*_`])/g)];
  const places = [start, ...changes.map(({ 0: found, index }) => start + index + found.length)];
  return places.every((at) => shows(line, at, style));
}

/** The part in the style; undefined if the markup has no way to show it. */
function styled(piece: Piece, style: Style): Piece | undefined {
  const { line } = piece;
  for (const mark of marks[style]) {
    for (const { start, end } of [piece, core(piece), widened(piece), widened(core(piece)), spaced(piece)]) {
      const inside = line.slice(start, end);
      for (const content of [strip(inside, mark), inside]) {
        const next = line.slice(0, start) + mark + content + mark + line.slice(end);
        const changed = { line: next, start: start + mark.length, end: start + mark.length + content.length };
        if (plainText(next) === plainText(line) && isStyled(changed, style)) return changed;
      }
    }
  }
  return undefined;
}

/** Marks open and close only at the edges of words. */
function widened({ line, start, end }: Piece): Piece {
  while (start > 0 && !opensAfter(line[start - 1])) start--;
  while (end < line.length && !closesBefore(line[end])) end++;
  return { line, start, end };
}

/** An address is one word. */
function spaced({ line, start, end }: Piece): Piece {
  while (start > 0 && /\S/.test(line.charAt(start - 1))) start--;
  while (end < line.length && /\S/.test(line.charAt(end))) end++;
  return { line, start, end };
}

/** The part without the style: the nearest marks around it are removed. */
function without(piece: Piece, style: Style): Piece | undefined {
  const { line, start, end } = core(piece);
  for (const mark of marks[style]) {
    for (const left of placesOf(line.slice(0, start), mark).reverse()) {
      for (const right of placesOf(line.slice(end), mark)) {
        const inside = line.slice(start, end);
        for (const content of [strip(inside, mark), inside]) {
          const before = line.slice(0, left) + line.slice(left + mark.length, start);
          const after = line.slice(end, end + right) + line.slice(end + right + mark.length);
          const next = before + content + after;
          const changed = { line: next, start: before.length, end: before.length + content.length };
          if (plainText(next) === plainText(line) && !isStyled(changed, style)) return changed;
        }
      }
    }
  }
  return undefined;
}

function strip(text: string, mark: string): string {
  return mark === '*' ? text.replace(/(?<!\*)\*(?!\*)/g, '') : text.replaceAll(mark, '');
}

/** At most as many places as a line of many marks needs; each costs a parse. */
const mostPlaces = 8;

function placesOf(text: string, mark: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) places.push(at);
  return places.length <= mostPlaces
    ? places
    : [...places.slice(0, mostPlaces), ...places.slice(-mostPlaces)];
}
