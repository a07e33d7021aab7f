/**
 * A visitor's site, remembered by each isolate for a while: every page view asks for it. When D1 fails, what is remembered serves
 * on, so that visitors chat without D1.
 */
import { refuse, type Refusal } from '#protocol';
import type { Env } from '../actors/stubs.ts';
import { findSite, type PublicSite } from '../db/sites.ts';
import { logError } from './log.ts';

/** A change of settings reaches the widgets within so long, in milliseconds. */
const fresh = 30_000;
/** D1 has been seen to hang for half a minute; a visitor does not wait so long for a button. */
const patience = 3_000;
/** How many are remembered. Unknown ones count too: asking for what isn't there is a cheap way to make D1 work. */
const most = 1_000;

const remembered = new Map<string, { site: PublicSite | null; at: number }>();

export async function siteOf(env: Env, id: string): Promise<PublicSite | Refusal> {
  const known = remembered.get(id);
  if (known && Date.now() - known.at < fresh) return known.site ?? refuse('not_found');
  try {
    const site = await Promise.race([findSite(env.DB, id), impatience()]);
    remember(id, site);
    return site ?? refuse('not_found');
  } catch (error) {
    logError(error, { at: 'site', site: id });
    return known?.site ?? refuse('unavailable');
  }
}

/** Settings have changed: this isolate forgets at once, the others in their time. */
export function forgetSites(): void {
  remembered.clear();
}

function remember(id: string, site: PublicSite | null): void {
  const oldest = remembered.keys().next();
  if (remembered.size >= most && !oldest.done) remembered.delete(oldest.value);
  remembered.delete(id);
  remembered.set(id, { site, at: Date.now() });
}

async function impatience(): Promise<never> {
  await scheduler.wait(patience);
  throw new Error('D1 did not answer in time');
}
