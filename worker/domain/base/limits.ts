/** What is counted, and how much of it there may be: the limits of routes that are open to anybody, or to any tenant. */
import { widened, type ThrottlePolicy } from './throttle.ts';

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];

/** A few typing errors, then a machine gets at most one try a minute. */
const ownTries = { free: 5, window: 15 * minute, first: second, longest: minute };

export const limits = {
  /* Wrong passwords on a device that has not signed in before. */

  /**
   * One email from one network of any size. Its longest wait keeps a whole hour of guesses from one network below what `signInEmail`
   * lets through without a wait, so that guesses from one network leave the owner on another network alone.
   */
  signInFrom: { free: 5, window: hour, first: second, longest: 10 * minute },
  /** One email from everywhere: bounds guesses from a thousand networks. */
  signInEmail: { free: 30, window: hour, first: second, longest: minute },
  /** One network, whatever the email, and right passwords too: each costs a hash. An office may be behind it. */
  signInNetwork: { free: 60, window: 15 * minute, first: second, longest: minute },

  /* What a stranger can't use up: it belongs to a device that has signed in, or to a session. */

  /** Wrong passwords at sign-in on a device that has signed in before. */
  signInDevice: ownTries,
  /** Wrong passwords and codes on a screen that is signed in. */
  proof: ownTries,
  /** Passwords of one user on all their devices and screens, right ones too: each costs a hash. */
  ownHashes: { most: 60, window: 15 * minute },
  /** Wrong codes after a right password: on one device, or on all unknown ones together. Three of a million codes are right. */
  code: { free: 10, window: day, first: minute, longest: hour },

  /* Mails. */

  /** Links for a forgotten password: one email from one network, … */
  resetFrom: { free: 3, window: hour, first: minute, longest: 15 * minute },
  /**
   * … one email from everywhere: some 70 a day at the most. The longest wait is shorter than a link is good for, so that an owner who
   * has to wait has a link in the mailbox that is still good, whoever asked for it.
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
  /** New conversations of an account from one network: an office, and a carrier's customers, share one. */
  newConversations: { most: 60, window: hour },
} as const satisfies Record<string, ThrottlePolicy>;
export type LimitName = keyof typeof limits;

/** How much more than a network a larger network that it is part of may do: of an IPv6 client its /64, /56 and /48. */
export const widths = [1, 2, 4] as const;

/** One thing that is counted: under which limit, for whom. */
export interface Counted {
  readonly limit: LimitName;
  readonly of: string;
  /** Of networks: 0 for the narrowest, then one more for each that is wider. */
  readonly width?: number;
}

export function policyOf({ limit, width = 0 }: Pick<Counted, 'limit' | 'width'>): ThrottlePolicy {
  return widened(limits[limit], widths[width] ?? 1);
}

/** The counts of a client's networks, narrowest first; a wider one may do more. */
export function ofNetworks(limit: LimitName, networks: readonly string[]): Counted[] {
  return networks.map((of, width) => ({ limit, of, width }));
}
