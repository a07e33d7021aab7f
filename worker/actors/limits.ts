/**
 * Limits that are counted exactly, in the shards of Throttle. An attempt is counted before it is let through, and
 * taken back if it must not count, so that simultaneous attempts cannot exceed the limit.
 */
import { ofNetworks, type Counted, type LimitName } from '#domain/base/limits';
import { isRefusal, refuse, type Refusal } from '#protocol';
import { report } from '../runtime/report.ts';
import { throttleStub, type Env } from './stubs.ts';

/** Attempts that were counted together. */
export interface Reserved {
  /** Takes the attempts back: none of them is counted. */
  giveBack(): Promise<void>;
  /** After success: clears the counts of these limits, and takes the attempt back from the others. */
  succeed(...limits: Counted['limit'][]): Promise<void>;
}

/**
 * Counts one attempt under each of these limits, or under none and refuses with the wait. One shard counts all of them
 * in one request: a key has one `home`, the same at every count.
 */
export async function reserve(
  env: Env,
  home: string,
  counted: readonly Counted[],
): Promise<Reserved | Refusal> {
  const counts = await Promise.all(counted.map(async (each) => ({ ...each, key: await keyOf(each) })));
  const now = Date.now();
  const wait = Math.max(0, ...counts.map(({ key }) => knownWait(key, now)));
  if (wait > 0) return refuse('slow_down', { retryAfter: wait });
  const shard = throttleStub(env, (await digest(home))[0] ?? 0);
  const asked = counts.map(({ limit, width = 0, key }) => ({ limit, width, key }));
  const { taken, waits } = await shard.take(asked);
  if (waits.length > 0) {
    for (const { key, wait } of waits) remember(key, wait, now);
    return refuse('slow_down', { retryAfter: Math.max(...waits.map(({ wait }) => wait)) });
  }
  return {
    giveBack: () => shard.settle(taken, []),
    succeed: (...forgotten) => {
      const gone = taken.filter(({ limit }) => forgotten.includes(limit));
      return shard.settle(
        taken.filter((each) => !gone.includes(each)),
        gone,
      );
    },
  };
}

/** Counts an action under these limits; refuses it if there were too many. Without a key nothing is counted. */
export async function overLimit(
  env: Env,
  counted: readonly Counted[],
  home = counted.at(-1)?.of,
): Promise<Refusal | undefined> {
  if (home === undefined) return undefined;
  const reserved = await reserve(env, home, counted);
  return isRefusal(reserved) ? reserved : undefined;
}

/** A visitor waits no longer than this for a count, in milliseconds. */
const patience = 1_000;

/**
 * The same for visitors: how long a network has to wait, or 0. A count that does not answer in time refuses nobody,
 * because chats matter more than an exact count.
 */
export async function networkWait(
  env: Env,
  limit: LimitName,
  networks: readonly string[],
  of = '',
): Promise<number> {
  const counted = ofNetworks(limit, networks).map((each) => ({ ...each, of: `${of} ${each.of}` }));
  const late = new AbortController();
  const impatience = scheduler.wait(patience, { signal: late.signal }).then(() => {
    throw new Error('the count did not answer in time');
  });
  try {
    const over = await Promise.race([overLimit(env, counted, networks.at(-1)), impatience]);
    return over?.retryAfter ?? 0;
  } catch (error) {
    report('network_not_counted', error, { limit });
    return 0;
  } finally {
    late.abort();
    impatience.catch(() => undefined);
  }
}

/**
 * Keys that have to wait, as this isolate last learnt: a caller who asks all the time costs no request. A wait is
 * believed for this long, in milliseconds, because the attempt that caused it may still be taken back.
 */
const believed = 5_000;
const maxKnown = 10_000;
const known = new Map<string, { until: number; ask: number }>();

/** The wait as far as this isolate knows it, in milliseconds. */
function knownWait(key: string, now: number): number {
  const { until, ask } = known.get(key) ?? { until: 0, ask: 0 };
  return now < ask ? until - now : 0;
}

function remember(key: string, wait: number, now: number): void {
  if (known.size >= maxKnown) for (const [each, { ask }] of known) if (ask <= now) known.delete(each);
  // Forgetting costs only a request.
  if (known.size >= maxKnown) known.clear();
  known.set(key, { until: now + wait, ask: now + Math.min(wait, believed) });
}

/** Keys are hashed, so that counts contain no address or email. */
async function keyOf({ limit, width = 0, of }: Counted): Promise<string> {
  const bytes = (await digest(`${limit}:${width}:${of}`)).slice(0, 16);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}
