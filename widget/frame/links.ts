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
  while (end > 0) {
    const last = found.charAt(end - 1);
    if (!trailing.test(last)) break;
    const opener = openers[last];
    const kept = found.slice(0, end);
    if (opener && kept.split(opener).length >= kept.split(last).length) break;
    end--;
  }
  return found.slice(0, end);
}

function hrefOf(found: string): string | undefined {
  const written = /^https?:/i.test(found) ? found : `https://${found}`;
  if (!URL.canParse(written)) return undefined;
  const { protocol, username, password, hostname, href } = new URL(written);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  // https://bank.example@evil.example shows one name and leads to another.
  if (username || password || !/^[^.].*[^.]$|^\[/.test(hostname)) return undefined;
  return href;
}
