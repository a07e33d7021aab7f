/**
 * How often a password may be tried. A try is counted before the hash, given back where no password was looked at, and settled where
 * it was right, so that only real guesses count and tries side by side can't be more than are allowed.
 *
 * A device that has signed in before, and a session, have limits of their own, in the actor of their user. All other tries count for
 * networks and emails, which strangers share with the owner: while they guess, the owner's way in on a new device is a link by mail.
 */
import { ofNetworks, type Counted } from '#domain/base/limits';
import type { Lane } from '#domain/people/backlog';
import { isRefusal, refuse, type Refusal } from '#protocol';
import { overLimit, reserve } from '../../actors/limits.ts';
import { agentStub, type Env } from '../../actors/stubs.ts';
import type { Login } from '../../db/users.ts';
import { clientNetworks } from '../serving/address.ts';
import type { Exchange } from '../serving/exchange.ts';
import type { User } from '../serving/principal.ts';
import { deviceOf, type DeviceCredential } from './device.ts';
import { hashingBusy } from './hashing.ts';
import { verifyPassword } from './password.ts';

/** A try that may be made. */
export interface Try {
  readonly lane: Lane;
  /** The device, where it is known. */
  readonly known?: DeviceCredential;
  /** No password was looked at. */
  giveBack(): Promise<void>;
  /** The password was right, and more is asked for: this was no guess. */
  right(): Promise<void>;
  /** The user is in: earlier guesses were typing errors. */
  succeed(): Promise<void>;
}

/** A try at signing in with this email. */
export async function tryToSignIn(c: Exchange, email: string): Promise<Try | Refusal> {
  const device = await deviceOf(c, email);
  const known = device && (await tryOnDevice(c.env, email, device));
  return known ?? hashingBusy('unknown') ?? tryOnUnknown(c.env, email, clientNetworks(c));
}

/** A try at the password, or at a code, of a user who is signed in. */
export async function tryInSession({ env }: Exchange, user: User): Promise<Try | Refusal> {
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
  // Networks first: one that has used up its tries makes no row for the emails that it makes up.
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
    // The email's own count stays but for this try: others may be guessing it meanwhile, from other networks.
    succeed: () => owner.succeed('signInFrom'),
  };
}

/**
 * Looks at the password, where `find` finds whose it is. Where that comes to nothing, because too many wait or something fails, the
 * try is given back.
 */
export async function checkPassword(
  env: Env,
  attempt: Try,
  password: string,
  find: Promise<Login | null>,
): Promise<{ login: Login | null; right: boolean } | Refusal> {
  try {
    const login = await find;
    // The email of a known device has just become another user's: their password is not tried in its name.
    const other = attempt.known !== undefined && attempt.known.user !== login?.person.id;
    const right = await verifyPassword(env, password, other ? undefined : login?.passwordHash, attempt.lane);
    if (isRefusal(right)) await attempt.giveBack();
    return isRefusal(right) ? right : { login, right };
  } catch (error) {
    await attempt.giveBack();
    throw error;
  }
}

/** Counts a request for a link by mail, or says how long to wait: the link of an earlier one is still good then. */
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

/** The counts of one email from each of a client's networks. */
function fromEach(limit: Counted['limit'], networks: readonly string[], email: string): Counted[] {
  return networks.map((network) => ({ limit, of: `${network} ${email}` }));
}
