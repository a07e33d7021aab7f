/** Links of a composer's text: the one at the selection, and the markup for a label and an address. */
import { labelledLink } from '#domain/base/links';
import { inlines, plainText, type Inline } from '#domain/conversation/format';
import { webAddress } from '#protocol';
import { startOfLine } from './formatting.ts';

/** A part of the text that a link replaces. `exists`: the part is a link already. */
export interface LinkPlace {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly address: string;
  readonly exists: boolean;
}

/** The link around the selection, or the place for a new one, with the selected text as its label or its address. */
export function linkPlace(text: string, start: number, end: number): LinkPlace {
  const from = startOfLine(text, start);
  for (let at = text.lastIndexOf('[', start); at >= from && at >= 0; at = text.lastIndexOf('[', at - 1)) {
    const link = labelledLink(text, at);
    if (link && link.end >= end) {
      const address = text.slice(at + link.label.length + 3, link.end - 1);
      return { from: at, to: link.end, label: link.label, address, exists: true };
    }
    if (at === 0) break;
  }
  const selected = text.slice(start, end);
  const label = selected.trim();
  if (label === '' || label.includes('\n'))
    return { from: end, to: end, label: '', address: '', exists: false };
  const place = { from: start + selected.indexOf(label), to: start + selected.indexOf(label) + label.length };
  return isLink(inlines(label))
    ? { ...place, label: '', address: label, exists: true }
    : { ...place, label, address: '', exists: false };
}

/** Characters at which an address in the markup would end. */
const unwritten = /["'`<>“”«»[\]]/g;

/** The markup of a link; undefined if the address is none that may be opened by a click. */
export function linkMarkup(label: string, address: string): string | undefined {
  const typed = address.trim();
  const schemed = /^https?:\/\//i.test(typed);
  const url = (schemed ? typed : `https://${typed}`).replace(unwritten, escaped);
  const link = webAddress(url);
  // A word alone is no address, unless its scheme is written too.
  if (!link || (!schemed && !link.host.includes('.'))) return undefined;
  const name = label.replace(/[[\]\s]+/g, ' ').trim();
  const shown = plainText(name);
  for (const bare of [name, url]) {
    const [only, ...rest] = inlines(bare);
    const same = typeof only === 'object' && only.href === link.href && rest.length === 0;
    if (same && (bare === name || shown === '' || shown === typed)) return bare;
  }
  return [url, url.replace(/[()]/g, escaped)]
    .map((each) => `[${shown === '' ? typed.replace(unwritten, escaped) : name}](${each})`)
    .find((markup) => isLink(inlines(markup)));
}

function isLink(parts: readonly Inline[]): boolean {
  const [only, ...rest] = parts;
  return typeof only === 'object' && only.kind === 'link' && rest.length === 0;
}

/** Percent-encodes a character; `encodeURIComponent` leaves some of these as they are. */
function escaped(char: string): string {
  const code = encodeURIComponent(char);
  return code === char ? `%${char.charCodeAt(0).toString(16)}` : code;
}
