/**
 * How often a password may be tried. A try is reserved before the hash, given back where no password was looked at, and settled where
 * it was right, so that only real guesses count.
 */
import { ofNetworks, type Counted } from '#domain';
import { isRefusal, type Refusal } from '#protocol';
import type { Env } from '../actors/stubs.ts';
import { overLimit, reserve, type Reserved } from '../actors/limits.ts';

/** A try that may be made. */
export interface Try {
  /** No password was looked at. */
  giveBack(): Promise<void>;
  /** It was right. */
  succeed(): Promise<void>;
}

/**
 * A try on a device that has not signed in before: counted for the client's networks, for the email from each of them, and for the
 * email from everywhere. Where no address is believed only the last of these is there.
 */
export async function tryFromUnknown(
  env: Env,
  email: string,
  networks: readonly string[],
): Promise<Try | Refusal> {
  // Networks first: one that has used up its tries makes no row for the emails that it makes up.
  const network = await reserveAll(env, networks.at(-1), ofNetworks('signInNetwork', networks));
  if (isRefusal(network)) return network;
  const from = fromEach('signInFrom', networks, email);
  const owner = await reserveAll(env, email, [...from, { limit: 'signInEmail', of: email }]);
  if (isRefusal(owner)) {
    await network?.giveBack();
    return owner;
  }
  return {
    giveBack: async () => {
      await Promise.all([network?.giveBack(), owner?.giveBack()]);
    },
    // The email's own count stays but for this try: others may be guessing it meanwhile, from other networks.
    succeed: async () => {
      await Promise.all([network?.giveBack(), owner?.succeed('signInFrom')]);
    },
  };
}

/** Counts a request for a link by mail, or says how long to wait: the link of an earlier one is still good then. */
export async function resetOverLimit(
  env: Env,
  email: string,
  networks: readonly string[],
): Promise<Refusal | undefined> {
  const network = await overLimit(env, ofNetworks('resetNetwork', networks));
  if (network) return network;
  return overLimit(env, [...fromEach('resetFrom', networks, email), { limit: 'resetEmail', of: email }]);
}

/** The counts of one email from each of a client's networks. */
function fromEach(limit: Counted['limit'], networks: readonly string[], email: string): Counted[] {
  return networks.map((network, width) => ({ limit, of: `${width} ${network} ${email}` }));
}

async function reserveAll(
  env: Env,
  home: string | undefined,
  counted: readonly Counted[],
): Promise<Reserved | Refusal | undefined> {
  return home === undefined ? undefined : reserve(env, home, counted);
}
