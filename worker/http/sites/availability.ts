/**
 * Whether a visitor finds somebody, and whether the queue is full, remembered by each isolate for a moment: every page view asks for
 * it, and a lobby must not be asked by each.
 */
import type { Situation } from '#domain/floor/availability';
import type { Availability } from '#protocol';
import { lobbyStub, type Env } from '../../actors/stubs.ts';
import { afterAnswer, type Exchange } from '../serving/exchange.ts';
import { logError } from '../serving/log.ts';

/** A change reaches new widgets within so long, in milliseconds. */
const fresh = 2_000;
/** A visitor does not wait longer than this for a button, in milliseconds. */
const patience = 1_000;
/** How many campaigns are remembered. */
const most = 1_000;

type Known = Situation & { readonly at: number };

const remembered = new Map<string, Known>();

/** Where it can't be told somebody may well be there: a question that is asked is kept in any case. */
export async function availabilityAt(env: Env, account: string, campaign: string): Promise<Availability> {
  const known = remembered.get(keyOf(account, campaign));
  return (known && isFresh(known) ? known : await ask(env, account, campaign)).state;
}

/**
 * Whether a campaign's queue is full, without a call on the way of a message: what is remembered answers, and is asked for anew after
 * the message where it is old. Only where it says that the queue is full is an old answer asked for at once, so that nobody is
 * refused for what was. So each isolate lets in what comes before its first answer, and the cap is exceeded by that much.
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
    // A lobby that cannot be asked refuses nobody.
    return { state: remembered.get(key)?.state ?? 'available', full: false };
  }
}

async function impatience(): Promise<never> {
  await scheduler.wait(patience);
  throw new Error('the lobby did not answer in time');
}
