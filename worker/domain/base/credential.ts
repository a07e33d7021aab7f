/**
 * The life of a visitor's credential (S9): it expires 400 days after it was made, and is replaced after 30. The
 * replacement becomes valid when the client first presents it, so a lost answer locks nobody out; from then on the
 * former one is accepted for a few minutes, because other tabs still send it.
 */

/** The longest life of a cookie in any browser (RFC 6265bis), in milliseconds. */
export const longestLife = 400 * 86_400_000;
/** A credential of this age is replaced, in milliseconds. */
export const replacedAfter = 30 * 86_400_000;
/**
 * How long tabs may present the former one, in milliseconds; and how long a replacement that was never presented
 * prevents another one.
 */
export const overlap = 10 * 60_000;

/** Hashes of secrets, and their times. */
export interface Credential {
  readonly hash: string;
  /** When it was made. Absent in earlier versions: such a credential counts as made when it is first presented. */
  readonly at?: number;
  /** Its replacement, not presented yet. */
  readonly next?: { readonly hash: string; readonly at: number };
  /** The previous one. */
  readonly former?: { readonly hash: string; readonly until: number };
}

/**
 * Judges a presented hash. Returns the credential's new state, the same object if nothing has changed; undefined if
 * the hash is not, or no longer, accepted.
 */
export function present<C extends Credential>(
  known: C,
  is: (hash: string) => boolean,
  now: number,
): C | undefined {
  if (is(known.hash)) {
    if (known.at === undefined) return { ...known, at: now };
    return now - known.at < longestLife ? known : undefined;
  }
  const { next, former, ...rest } = known;
  if (next && is(next.hash)) {
    if (now - next.at >= longestLife) return undefined;
    return { ...rest, ...next, former: { hash: known.hash, until: now + overlap } } as unknown as C;
  }
  return former && is(former.hash) && now < former.until ? known : undefined;
}

/** True if the presented credential is old enough to be replaced, and no replacement is on its way to the client. */
export function isDue({ hash, at, next }: Credential, is: (hash: string) => boolean, now: number): boolean {
  if (!is(hash) || at === undefined || now - at < replacedAfter) return false;
  return next === undefined || now - next.at >= overlap;
}
