/**
 * A campaign's availability, and whether its queue is full, cached by each isolate for a moment: every page view needs
 * them, and must not cost a call to a lobby.
 */
import type { Situation } from '#domain/floor/availability';
import type { Availability } from '#protocol';
import { lobbyStub, type Env } from '../../actors/stubs.ts';
import { afterAnswer, type Exchange } from '../serving/exchange.ts';
import { logError } from '../serving/log.ts';

/** New widgets receive a change within this time, in milliseconds. */
const fresh = 2_000;
/** A visitor does not wait longer than this for a button, in milliseconds. */
const patience = 1_000;
/** The most campaigns in the cache. */
const most = 1_000;

type Known = Situation & { readonly at: number };

const remembered = new Map<string, Known>();

/** The campaign's availability. If it is unknown, `available`: a visitor's message is stored in any case. */
export async function availabilityAt(env: Env, account: string, campaign: string): Promise<Availability> {
  const known = remembered.get(keyOf(account, campaign));
  return (known && isFresh(known) ? known : await ask(env, account, campaign)).state;
}

/**
 * Whether a campaign's queue is full, without a call that delays a message: the cached answer is used, and an old one
 * is renewed after the message. Only an old answer that the queue is full is renewed at once, so that no visitor is
 * refused because of the past. So each isolate admits the messages that arrive before its first answer, and the queue
 * can exceed its limit by that many.
 */
export async function isQueueFull(c: Exchange, account: string, campaign: string): Promise<boolean> {
  const known = remembered.get(keyOf(account, campaign));
  if (known && isFresh(known)) return known.full;
  if (known?.full) return (await ask(c.env, account, campaign)).full;
  afterAnswer(c, ask(c.env, account, campaign));
  return false;
}

const keyOf = (account: string, campaign: string) => `${account}:${campaign}`;

function isFresh({ at }: Known): boolean {
  return Date.now() - at < fresh;
}

async function ask(env: Env, account: string, campaign: string): Promise<Situation> {
  const key = keyOf(account, campaign);
  try {
    const asked = lobbyStub(env, account, campaign).situation(account, campaign);
    const { state, full } = await Promise.race([asked, impatience()]);
    const oldest = remembered.keys().next();
    if (remembered.size >= most && !oldest.done) remembered.delete(oldest.value);
    remembered.delete(key);
    remembered.set(key, { state, full, at: Date.now() });
    return { state, full };
  } catch (error) {
    logError(error, { at: 'lobby', campaign });
    // If the lobby does not answer, no visitor is refused.
    return { state: remembered.get(key)?.state ?? 'available', full: false };
  }
}

async function impatience(): Promise<never> {
  await scheduler.wait(patience);
  throw new Error('the lobby did not answer in time');
}
