/**
 * The email with which a user signs in. Its owner confirms it by following a mailed link; only a confirmed email signs
 * in, and across all accounts one user has it. So an administrator who types an address takes it from nobody, and
 * learns nothing about its owner.
 */

/** A user's email, and the one that waits for its owner. */
export interface EmailState {
  readonly email: string;
  readonly confirmed: boolean;
  /** Replaces a confirmed email once its own owner has confirmed it; until then the confirmed one signs in. */
  readonly pending: string | null;
}

/** How long a link can confirm an email, and a pending email is stored, in milliseconds: a week. */
export const confirmationLife = 7 * 86_400_000;

/**
 * How long a deleted user holds a confirmed email, so that undoing the deletion restores everything, in milliseconds.
 */
export const emailHold = 10 * 60_000;

/**
 * The state after an administrator saved `typed` for a user; `was` is null for a new user. Without mail no email could
 * be confirmed: then it counts as confirmed when it is typed.
 */
export function emailTyped(was: EmailState | null, typed: string, mail: boolean): EmailState {
  if (!mail) return { email: typed, confirmed: true, pending: null };
  if (!was?.confirmed) return { email: typed, confirmed: false, pending: null };
  return typed === was.email ? was : { ...was, pending: typed };
}

/** The address whose owner has to confirm it; null if there is none. */
export function awaitingEmail({ email, confirmed, pending }: EmailState): string | null {
  return confirmed ? pending : email;
}
