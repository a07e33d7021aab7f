/** Finds web addresses in a text, so that they can be shown as links. The pieces joined are the text again. */

export interface Piece {
  readonly text: string;
  /** The address, where the piece is one. Always http or https. */
  readonly href?: string;
}

const address = /https?:\/\/[^\s<>"'`“”«»]+/giu;

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const url = trimEnd(match[0]);
    if (!URL.canParse(url)) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: url, href: url });
    end = match.index + url.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/** A sentence's punctuation is not the address's; a closing bracket is only where it was opened. */
function trimEnd(url: string): string {
  let rest = url;
  for (;;) {
    const last = rest.at(-1) ?? '';
    const stray = last === ')' && !rest.includes('(');
    if (!stray && !'.,;:!?…*_'.includes(last)) return rest;
    rest = rest.slice(0, -1);
  }
}
