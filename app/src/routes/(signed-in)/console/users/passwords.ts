/** Generates passwords, and estimates how hard a password is to guess. */

/** Without characters that readers confuse. */
const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const length = 20;

/** 116 random bits, in four groups that can be read aloud. */
export function generatePassword(): string {
  let text = '';
  while (text.length < length) {
    // A byte beyond the last whole round would favour the first letters.
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
      if (byte < 256 - (256 % alphabet.length) && text.length < length)
        text += alphabet.charAt(byte % alphabet.length);
    }
  }
  return text.match(/.{5}/g)?.join('-') ?? text;
}

export type Strength = 'short' | 'weak' | 'fair' | 'strong';

/** A rough lower bound in bits: the kinds of characters, less for repeated and consecutive ones. */
export function strengthOf(password: string): Strength {
  if (Array.from(password).length < 8) return 'short';
  const kinds: [RegExp, number][] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/\d/, 10],
    [/[^A-Za-z\d]/, 33],
  ];
  const size = kinds.reduce((sum, [kind, count]) => sum + (kind.test(password) ? count : 0), 0);
  const codes = Array.from(password, (letter) => letter.codePointAt(0) ?? 0);
  const telling = codes.filter((code, i) => {
    const step = code - (codes[i - 1] ?? -99);
    return Math.abs(step) > 1 && codes.indexOf(code) === i;
  }).length;
  const bits = telling * Math.log2(size);
  return bits < 40 ? 'weak' : bits < 60 ? 'fair' : 'strong';
}
