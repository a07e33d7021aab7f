/**
 * A visitor's site, cached by each isolate for a while: every page view needs it. When D1 fails, cached sites stay in
 * use, so that visitors can chat without D1.
 */
import * as bucket from '#domain/base/bucket';
import { refuse, type Refusal } from '#protocol';
import { findSite, type PublicSite } from '../../db/sites.ts';
import { clientNetwork, flooding } from '../serving/address.ts';
import type { Exchange } from '../serving/exchange.ts';
import { logError } from '../serving/log.ts';

/** Widgets receive a change of settings within this time, in milliseconds. */
const fresh = 30_000;
/** D1 has been seen to hang for half a minute; a visitor does not wait that long for a button. In milliseconds. */
const patience = 3_000;
/** The most sites in the cache, and the most ids that belong to no site. */
const most = 1_000;
/**
 * Limits for look-ups of ids that belong to no site: `rate` per second, `burst` at once. They bound the work of D1.
 */
const unknown = { rate: 20, burst: 40 } as const;

const sites = new Map<string, { site: PublicSite; at: number }>();
/** Separate from the sites, so that made-up ids displace none of them. The values are times. */
const absent = new Map<string, number>();
let lookups = bucket.fill(unknown.burst, Date.now());

export async function siteOf(c: Exchange, id: string): Promise<PublicSite | Refusal> {
  const known = sites.get(id);
  if (known && Date.now() - known.at < fresh) return known.site;
  if (!known) {
    if (Date.now() - (absent.get(id) ?? -Infinity) < fresh) return refuse('not_found');
    const refusal = await tooManyLookups(c);
    if (refusal) return refusal;
  }
  try {
    const site = await Promise.race([findSite(c.env.DB, id), impatience()]);
    if (!site) {
      sites.delete(id);
      keep(absent, id, Date.now());
      return refuse('not_found');
    }
    // Only ids that belong to no site use up look-ups, so a new isolate soon knows its sites.
    if (!known) lookups = { ...lookups, tokens: Math.min(unknown.burst, lookups.tokens + 1) };
    keep(sites, id, { site, at: Date.now() });
    return site;
  } catch (error) {
    logError(error, { at: 'site', site: id });
    return known?.site ?? refuse('unavailable');
  }
}

/** After a change of settings: this isolate forgets its cache at once; the caches of others expire. */
export function forgetSites(): void {
  sites.clear();
  absent.clear();
}

async function tooManyLookups(c: Exchange): Promise<Refusal | undefined> {
  const flood = await flooding(c.env, 'site', clientNetwork(c));
  if (flood) return flood;
  const { bucket: left, wait } = bucket.take(lookups, unknown.rate, unknown.burst, Date.now());
  lookups = left;
  return wait > 0 ? refuse('slow_down', { retryAfter: wait }) : undefined;
}

/** Stores a value as the newest; removes the oldest if there are too many. */
function keep<Value>(map: Map<string, Value>, id: string, value: Value): void {
  map.delete(id);
  const oldest = map.keys().next();
  if (map.size >= most && !oldest.done) map.delete(oldest.value);
  map.set(id, value);
}

async function impatience(): Promise<never> {
  await scheduler.wait(patience);
  throw new Error('D1 did not answer in time');
}
