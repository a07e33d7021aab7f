/**
 * Limits on trying passwords. A try is counted before the hash, given back if no password was checked, and settled if
 * it was right. So only real guesses count, and parallel tries cannot exceed the limit.
 *
 * A known device, and a session, have limits of their own, in the actor of their user. All other tries are counted for
 * networks and emails, which strangers share with the owner: while strangers guess, the owner signs in on a new device
 * by a mailed link.
 */
import { ofNetworks, type Counted } from '#domain/base/limits';
import type { Lane } from '#domain/people/backlog';
import { isRefusal, refuse, type Refusal } from '#protocol';
import { overLimit, reserve } from '../../actors/limits.ts';
import { agentStub, type Env } from '../../actors/stubs.ts';
import type { Login } from '../../db/users.ts';
import { clientNetworks } from '../serving/address.ts';
import type { Exchange } from '../serving/exchange.ts';
import type { UserPrincipal } from '../serving/principal.ts';
import { deviceOf, type DeviceCredential } from './device.ts';
import { hashingBusy } from './hashing.ts';
import { verifyPassword } from './password.ts';

/** A permitted try. */
export interface Try {
  readonly lane: Lane;
  /** The device, if it is known. */
  readonly known?: DeviceCredential;
  /** No password was checked. */
  giveBack(): Promise<void>;
  /** The password was right, but a code is still missing: this was no guess. */
  right(): Promise<void>;
  /** The user has signed in: earlier guesses were typing errors. */
  succeed(): Promise<void>;
}

/** A try at signing in with this email. */
export async function tryToSignIn(c: Exchange, email: string): Promise<Try | Refusal> {
  const device = await deviceOf(c, email);
  const known = device && (await tryOnDevice(c.env, email, device));
  return known ?? hashingBusy('unknown') ?? tryOnUnknown(c.env, email, clientNetworks(c));
}

/** A try of a password, or of a code, by a signed-in user. */
export async function tryInSession({ env }: Exchange, user: UserPrincipal): Promise<Try | Refusal> {
  const busy = hashingBusy('known');
  if (busy) return busy;
  const agent = agentStub(env, user.account, user.id);
  return ownTry(agent, await agent.tryInSession(user.session));
}

async function tryOnDevice(
  env: Env,
  email: string,
  device: DeviceCredential,
): Promise<Try | Refusal | undefined> {
  const agent = agentStub(env, device.account, device.user);
  const tried = await agent.tryOnDevice(email, device, ['signInDevice', 'ownHashes']);
  if (!tried) return undefined;
  const own = ownTry(agent, tried);
  return isRefusal(own) ? own : { ...own, known: device };
}

type Agent = ReturnType<typeof agentStub>;
type Tried = NonNullable<Awaited<ReturnType<Agent['tryInSession']>>>;

function ownTry(agent: Agent, { wait, taken }: Tried): Try | Refusal {
  if (wait > 0) return refuse('slow_down', { retryAfter: wait });
  const guesses = taken.filter(({ limit }) => limit !== 'ownHashes');
  return {
    lane: 'known',
    giveBack: () => agent.settleTries(taken, []),
    right: () => agent.settleTries(guesses, []),
    succeed: () => agent.settleTries([], guesses),
  };
}

async function tryOnUnknown(env: Env, email: string, networks: readonly string[]): Promise<Try | Refusal> {
  // Networks first: a network that has used up its tries adds no row for the emails that it makes up.
  const home = networks.at(-1);
  const network =
    home === undefined ? undefined : await reserve(env, home, ofNetworks('signInNetwork', networks));
  if (isRefusal(network)) return network;
  const owner = await reserve(env, email, [
    ...fromEach('signInFrom', networks, email),
    { limit: 'signInEmail', of: email },
  ]);
  if (isRefusal(owner)) {
    await network?.giveBack();
    return owner;
  }
  return {
    lane: 'unknown',
    giveBack: async () => void (await Promise.all([network?.giveBack(), owner.giveBack()])),
    right: () => owner.giveBack(),
    // Only this try is removed from the count of the email itself: strangers on other networks may be guessing
    // meanwhile.
    succeed: () => owner.succeed('signInFrom'),
  };
}

/**
 * Checks the password of the user whom `find` finds. The try is given back if too many hashes are waiting or something
 * fails.
 */
export async function checkPassword(
  env: Env,
  attempt: Try,
  password: string,
  find: Promise<Login | null>,
): Promise<{ login: Login | null; right: boolean } | Refusal> {
  try {
    const login = await find;
    // The email of a known device has just become another user's: the device must not try that user's password.
    const other = attempt.known !== undefined && attempt.known.user !== login?.person.id;
    const right = await verifyPassword(env, password, other ? undefined : login?.passwordHash, attempt.lane);
    if (isRefusal(right)) await attempt.giveBack();
    return isRefusal(right) ? right : { login, right };
  } catch (error) {
    await attempt.giveBack();
    throw error;
  }
}

/**
 * Counts a request for a mailed link, or refuses with the time to wait: the link of an earlier request is still valid
 * then.
 */
export async function resetOverLimit(c: Exchange, email: string): Promise<Refusal | undefined> {
  const device = await deviceOf(c, email);
  const own =
    device &&
    (await agentStub(c.env, device.account, device.user).tryOnDevice(email, device, ['resetDevice']));
  if (own) return own.wait > 0 ? refuse('slow_down', { retryAfter: own.wait }) : undefined;
  const networks = clientNetworks(c);
  const network = await overLimit(c.env, ofNetworks('resetNetwork', networks));
  if (network) return network;
  const counted: Counted[] = [...fromEach('resetFrom', networks, email), { limit: 'resetEmail', of: email }];
  return overLimit(c.env, counted, email);
}

/** The counts of one email for each of a client's networks. */
function fromEach(limit: Counted['limit'], networks: readonly string[], email: string): Counted[] {
  return networks.map((network) => ({ limit, of: `${network} ${email}` }));
}
