/**
 * Which email a user signs in with. An email is confirmed by its owner, who follows a mailed link; only a confirmed email signs in, and
 * of all accounts one user has it. So an administrator who types an address takes it from nobody, and learns of nobody.
 */

/** A user's email, and what waits for its owner. */
export interface EmailState {
  readonly email: string;
  readonly confirmed: boolean;
  /** Replaces a confirmed email once its own owner has confirmed it; until then the confirmed one signs in. */
  readonly pending: string | null;
}

/** How long a link confirms an email, and a pending email is kept, in milliseconds: a week. */
export const confirmationLife = 7 * 86_400_000;

/** How long a deleted user holds a confirmed email, so that taking the deletion back restores all of it, in milliseconds. */
export const emailHold = 10 * 60_000;

/**
 * The state after an administrator saved `typed` for a user; `was` is null for a new user. Where no mail can go out, nobody could
 * confirm an email: there it counts as confirmed when it is typed.
 */
export function emailTyped(was: EmailState | null, typed: string, mail: boolean): EmailState {
  if (!mail) return { email: typed, confirmed: true, pending: null };
  if (!was?.confirmed) return { email: typed, confirmed: false, pending: null };
  return typed === was.email ? was : { ...was, pending: typed };
}

/** The address whose owner has to confirm it; null where nothing waits. */
export function awaitingEmail({ email, confirmed, pending }: EmailState): string | null {
  return confirmed ? pending : email;
}
