/**
 * Whether a visitor finds somebody, remembered by each isolate for a moment: every page view asks for it, and a lobby must not be
 * asked by each.
 */
import type { Availability } from '#protocol';
import { lobbyStub, type Env } from '../actors/stubs.ts';
import { logError } from './log.ts';

/** A change reaches new widgets within so long, in milliseconds. */
const fresh = 2_000;
/** A visitor does not wait longer than this for a button, in milliseconds. */
const patience = 1_000;
const most = 1_000;

const remembered = new Map<string, { state: Availability; at: number }>();

/** Where it can't be told somebody may well be there: a question that is asked is kept in any case. */
export async function availabilityAt(env: Env, account: string, campaign: string): Promise<Availability> {
  const key = `${account}:${campaign}`;
  const known = remembered.get(key);
  if (known && Date.now() - known.at < fresh) return known.state;
  try {
    const asked = lobbyStub(env, account, campaign).read(account, campaign);
    const state = await Promise.race([asked, impatience()]);
    const oldest = remembered.keys().next();
    if (remembered.size >= most && !oldest.done) remembered.delete(oldest.value);
    remembered.delete(key);
    remembered.set(key, { state, at: Date.now() });
    return state;
  } catch (error) {
    logError(error, { at: 'lobby', campaign });
    return known?.state ?? 'available';
  }
}

async function impatience(): Promise<never> {
  await scheduler.wait(patience);
  throw new Error('the lobby did not answer in time');
}
