/** Names in mails to people who may never have heard of the one who typed them. */

/** No name needs more, in code points. */
const longestName = 60;

/**
 * A name as it may stand in a mail: one line without addresses, so that no mail client finds a link in it, and a name can't be used to
 * send a stranger somewhere. Colons, slashes, at signs and dots inside words go, and so do phone numbers.
 */
export function plainName(name: string): string {
  const plain = name
    .replace(/[\p{Cf}\p{Co}\p{Cs}]/gu, '')
    // Full-width letters and dots are the same to a browser.
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}:/\\@]+/gu, ' ')
    .replace(/[.\u3002]+(?=\S)/gu, ' ')
    .replace(/www\.?/gi, ' ')
    .replace(/\p{Nd}(?:[\s()+-]*\p{Nd}){6,}/gu, ' ');
  const line = plain.replace(/\s+/g, ' ').trim();
  return Array.from(line).slice(0, longestName).join('').trim();
}
