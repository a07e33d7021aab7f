/**
 * Web addresses in a text, bare or as `[label](address)`. Agents' and visitors' screens use these rules, through the
 * parser of a message's format.
 */
import { webAddress } from '#protocol';

export interface Link {
  readonly href: string;
  /** The host that opens, to be shown beside the link, because the text does not show it or looks like another one. */
  readonly host?: string;
}

/** An address ends at white space, and at characters that quote or bracket it. */
const ends = '\\s<>"\'`“”«»';
/** Matches a bare address, with what may trail it. */
export const addressPattern = `(?:https?://|www\\.)[^${ends}]+`;
const labelled = new RegExp(`\\[([^[\\]\\n]+)\\]\\((https?://[^${ends}[\\]]+)`, 'iuy');
/** Characters that end a sentence rather than an address, or are invisible. */
const trailing = /[.,;:!?…*_~)\]}\p{Cc}\p{Cf}]$/u;
const openers: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** The link of an address that is written in full; undefined if it is not safe to open by a click. */
export function writtenLink(address: string): Link | undefined {
  const link = webAddress(/^www\./i.test(address) ? `https://${address}` : address);
  return link && { href: link.href, ...(link.unclear && { host: link.shown }) };
}

/** The link `[label](address)` that starts at `at`, if there is one. `end` is the position after it. */
export function labelledLink(text: string, at: number): (Link & { label: string; end: number }) | undefined {
  labelled.lastIndex = at;
  const [all, label = '', rest = ''] = labelled.exec(text) ?? [];
  if (all === undefined) return undefined;
  const length = closingBracket(rest);
  const address = rest.slice(0, length);
  const link = length < 0 ? undefined : webAddress(address);
  if (!link) return undefined;
  const clear = !link.unclear && (label === address || label === address.replace(/^https?:\/\//i, ''));
  const end = at + all.length - rest.length + length + 1;
  return { href: link.href, ...(!clear && { host: link.shown }), label, end };
}

/** The position of the first bracket that closes more than was opened; -1 if there is none. */
function closingBracket(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && depth-- === 0) return at;
  }
  return -1;
}

/** `(see https://a.test/b_(c))` keeps the closing bracket of a bracket that the address itself opens. */
export function trimmed(found: string): string {
  let end = found.length;
  const surplus: Record<string, number> = {};
  for (const closer of Object.keys(openers)) {
    surplus[closer] = found.split(closer).length - found.split(openers[closer] ?? '').length;
  }
  for (; end > 0; end--) {
    const last = found.charAt(end - 1);
    if (!trailing.test(last)) break;
    const over = surplus[last];
    if (over === undefined) continue;
    if (over <= 0) break;
    surplus[last] = over - 1;
  }
  return found.slice(0, end);
}
