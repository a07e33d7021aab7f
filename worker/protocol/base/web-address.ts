/**
 * Web addresses that are safe to open by a click: the host that a reader sees is the host that opens. It uses no
 * schema, because the widget's frame uses it too.
 */

export interface WebAddress {
  /** Normalised (WHATWG URL), http or https. */
  readonly href: string;
  /** The host that opens, without the port, in ASCII: `xn--…` for other letters. */
  readonly host: string;
  /** The host as it may be shown: as written, or `host` if that can be misread. */
  readonly shown: string;
  /** The written host can be misread: it has letters that are not ASCII, and not all of one script. */
  readonly unclear: boolean;
}

/**
 * A host, then no character that hides or ends an address. No `@`: `https://bank.example@evil.example` opens the
 * second. No `\`, which browsers take for a slash.
 */
const shape = /^https?:\/\/([^\s/?#@\\\p{Cc}\p{Cf}\p{Cs}]+)(?:[/?#][^\s\p{Cc}\p{Cf}\p{Cs}]*)?$/iu;
const ascii = /^[!-~]+$/;
/** One script other than Latin, the top-level domain included: no ASCII name looks like it. */
const oneScript =
  /^(?:[\p{Script=Cyrillic}\d.-]+|[\p{Script=Greek}\d.-]+|[\p{Script=Han}\d.-]+|[\p{Script=Hangul}\d.-]+)$/u;

/** Parses an address; undefined if it is none, or if the host that opens is not the one that is written. */
export function webAddress(text: string): WebAddress | undefined {
  const written = shape.exec(text)?.[1]?.replace(/:\d*$/, '');
  if (!written || !URL.canParse(text)) return undefined;
  const { href, hostname: host } = new URL(text);
  // `https://%65vil.example`, `http://0x7f.1`, and hosts of dots alone.
  if (ascii.test(written) && written.toLowerCase() !== host) return undefined;
  if (/^\.|\.$/.test(host)) return undefined;
  const unclear = !ascii.test(written) && !isOneScript(written);
  return { href, host, shown: unclear ? host : written.toLowerCase(), unclear };
}

/** True if a host is of one script other than Latin, so that it cannot be mistaken for another. */
export function isOneScript(host: string): boolean {
  return oneScript.test(host);
}
