/** Names in mails to readers who may never have heard of their author. */

/** The longest name in a mail, in code points. */
const longestName = 60;

/**
 * A name made safe for a mail: one line without addresses, so that no mail client finds a link in it, and a name
 * cannot send a stranger somewhere. It drops colons, slashes, at signs, dots inside words, and phone numbers.
 */
export function plainName(name: string): string {
  const plain = name
    .replace(/[\p{Cf}\p{Co}\p{Cs}]/gu, '')
    // A browser treats full-width letters and dots as plain ones.
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}:/\\@]+/gu, ' ')
    .replace(/[.\u3002]+(?=\S)/gu, ' ')
    .replace(/www\.?/gi, ' ')
    .replace(/\p{Nd}(?:[\s()+-]*\p{Nd}){6,}/gu, ' ');
  const line = plain.replace(/\s+/g, ' ').trim();
  return Array.from(line).slice(0, longestName).join('').trim();
}
