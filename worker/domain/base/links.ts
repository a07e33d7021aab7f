/**
 * Finds web addresses in a text. A part with an `href` is a link; all parts together are exactly the text. Agents' and
 * visitors' screens use this one rule.
 */
import { webAddress } from '#protocol';

export interface Part {
  readonly text: string;
  readonly href?: string;
  /** The host that opens, to be shown beside the link, because the text looks like another one. */
  readonly host?: string;
}

/** Ends at white space, and at characters that quote or bracket an address. */
const address = /(?:https?:\/\/|www\.)[^\s<>"'`“”«»]+/giu;
/** Characters that end a sentence rather than an address, or are invisible. */
const trailing = /[.,;:!?…*_~)\]}\p{Cc}\p{Cf}]$/u;
const openers: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

export function linkParts(text: string): Part[] {
  const parts: Part[] = [];
  let done = 0;
  for (const match of text.matchAll(address)) {
    const before = text[match.index - 1];
    if (before !== undefined && /[\p{L}\p{N}@/.]/u.test(before)) continue;
    const found = trim(match[0]);
    const link = webAddress(/^www\./i.test(found) ? `https://${found}` : found);
    if (!link) continue;
    if (match.index > done) parts.push({ text: text.slice(done, match.index) });
    const { href, host, unclear } = link;
    parts.push({ text: found, href, ...(unclear && { host }) });
    done = match.index + found.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}

/** `(see https://a.test/b_(c))` keeps the closing bracket of a bracket that the address itself opens. */
function trim(found: string): string {
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
