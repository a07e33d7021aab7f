/** The limits on actions that strangers or tenants can trigger: what is counted, and how much is allowed. */
import { widened, type ThrottlePolicy } from './throttle.ts';

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];

/** A few typing errors are free, then a machine gets at most one attempt a minute. */
const ownTries = { free: 5, window: 15 * minute, first: second, longest: minute };

export const limits = {
  /* Wrong passwords on a device that has not signed in before. */

  /**
   * One email from one network of any size. The longest wait keeps an hour of guesses from one network below the free
   * attempts of `signInEmail`, so that they never delay the owner on another network.
   */
  signInFrom: { free: 5, window: hour, first: second, longest: 10 * minute },
  /** One email from all networks: limits guesses from a thousand networks. */
  signInEmail: { free: 30, window: hour, first: second, longest: minute },
  /** One network, whatever the email, right passwords included: each costs a hash. An office may share it. */
  signInNetwork: { free: 60, window: 15 * minute, first: second, longest: minute },

  /* Limits that no stranger can use up: they belong to a device that has signed in, or to a session. */

  /** Wrong passwords at sign-in on a device that has signed in before. */
  signInDevice: ownTries,
  /** Wrong passwords and codes within a session. */
  proof: ownTries,
  /** Passwords of one user on all their devices and sessions, right ones included: each costs a hash. */
  ownHashes: { most: 60, window: 15 * minute },
  /**
   * Wrong codes after a right password: on one device, or on all unknown ones together. Three of a million codes are
   * right.
   */
  code: { free: 10, window: day, first: minute, longest: hour },

  /* Mails. */

  /** Links for a forgotten password: one email from one network, … */
  resetFrom: { free: 3, window: hour, first: minute, longest: 15 * minute },
  /**
   * … one email from all networks: some 70 a day at most. The longest wait is shorter than the life of a link, so that
   * an owner who has to wait has a valid link in the mailbox, whoever requested it.
   */
  resetEmail: { free: 5, window: day, first: minute, longest: 25 * minute },
  /** … one network, whatever the email, … */
  resetNetwork: { free: 10, window: hour, first: minute, longest: 15 * minute },
  /** … and a device that has signed in before. */
  resetDevice: { free: 3, window: hour, first: minute, longest: 15 * minute },
  /** Invitations to one email, whichever account sends them. */
  invitedEmail: { most: 3, window: day },
  /** Invitations from one account. */
  inviting: { most: 100, window: day },

  /* Visitors. */

  /** New visitors from one network: each is an object with storage. */
  newVisitors: { most: 120, window: hour },
  /** New conversations of an account from one network, which an office or a carrier's customers may share. */
  newConversations: { most: 60, window: hour },
} as const satisfies Record<string, ThrottlePolicy>;
export type LimitName = keyof typeof limits;

/** The multiple of a limit that wider networks get: for an IPv6 client its /64, /56 and /48. */
export const widths = [1, 2, 4] as const;

/** One key to count: a limit, and whom it limits. */
export interface Counted {
  readonly limit: LimitName;
  readonly of: string;
  /** For networks: 0 for the narrowest, one more for each wider one. */
  readonly width?: number;
}

export function policyOf({ limit, width = 0 }: Pick<Counted, 'limit' | 'width'>): ThrottlePolicy {
  return widened(limits[limit], widths[width] ?? 1);
}

/** The counts of a client's networks, narrowest first; wider ones have higher limits. */
export function ofNetworks(limit: LimitName, networks: readonly string[]): Counted[] {
  return networks.map((of, width) => ({ limit, of, width }));
}
