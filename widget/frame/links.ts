/** Finds web addresses in a text. A part with an `href` is a link; all parts together are the text, to the letter. */
export interface Part {
  readonly text: string;
  readonly href?: string;
}

/** Stops at white space, at what quotes or brackets an address, and at characters that would hide where it leads. */
const address = /(?:https?:\/\/|www\.)[^\s<>"'`\p{Cc}\p{Cf}]+/giu;
/** Ends a sentence rather than an address. */
const trailing = /[.,;:!?…*_~)\]}]$/u;
const openers: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

export function linkParts(text: string): Part[] {
  const parts: Part[] = [];
  let done = 0;
  for (const match of text.matchAll(address)) {
    const before = text[match.index - 1];
    if (before !== undefined && /[\p{L}\p{N}@/.]/u.test(before)) continue;
    const found = trim(match[0]);
    const href = hrefOf(found);
    if (!href) continue;
    if (match.index > done) parts.push({ text: text.slice(done, match.index) });
    parts.push({ text: found, href });
    done = match.index + found.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}

/** `(see https://a.test/b_(c))` keeps the bracket that the address itself has opened. */
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

function hrefOf(found: string): string | undefined {
  const written = /^www\../i.test(found) ? `https://${found}` : found;
  if (!/^https?:/i.test(written) || !URL.canParse(written)) return undefined;
  const { protocol, username, password, hostname, href } = new URL(written);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  // https://bank.example@evil.example shows one name and leads to another.
  if (username || password || !/^[^.].*[^.]$|^\[/.test(hostname)) return undefined;
  return href;
}
