/**
 * Where passwords are hashed. A hash blocks a thread, and with it all chats on that thread, for a tenth of a second or
 * more. So the Worker itself never makes one: on one machine the service HASHING hashes on threads of its own;
 * elsewhere a few Durable Objects do.
 *
 * The hasher counts the waiting orders (`domain/people/backlog.ts`). This isolate only remembers a refusal
 * until the hasher is expected to have room, so that a flood is refused without being counted, stored or forwarded.
 */
import type { Busy, Lane } from '#domain/people/backlog';
import { isBusy, type HashAnswer, type HashOrder } from '#domain/people/hashing';
import { refuse, type Refusal } from '#protocol';
import { hasherStub, type Env } from '../../actors/stubs.ts';
import { logError } from '../serving/log.ts';

/**
 * Strangers use only the shared objects, so that known devices and signed-in users always get turns in the reserved
 * ones.
 */
const pool = { shared: 4, reserved: 2 } as const;
/** A hasher that has not answered within this time will not answer. In milliseconds. */
const deadline = 10_000;
/** The refusal for a hasher that does not answer, or that the runtime calls overloaded. In milliseconds. */
const overloaded: Busy = { wait: 2_000, pace: 500 };

const closed: Record<Lane, { until: number; wait: number }> = {
  known: { until: 0, wait: 0 },
  unknown: { until: 0, wait: 0 },
};

/**
 * The refusal that an order would get now, as far as this isolate knows. To be checked before an attempt is counted.
 */
export function hashingBusy(lane: Lane): Refusal | undefined {
  const { until, wait } = closed[lane];
  return performance.now() < until ? refuse('slow_down', { retryAfter: wait }) : undefined;
}

/** Hashes, or refuses at once. */
export async function derive(env: Env, order: HashOrder): Promise<Uint8Array | Refusal> {
  const early = hashingBusy(order.lane);
  if (early) return early;
  const answer = await (env.HASHING ? askService(env.HASHING, order) : askPool(env, order));
  if (!isBusy(answer)) return answer;
  closed[order.lane] = { until: performance.now() + answer.pace, wait: answer.wait };
  return refuse('slow_down', { retryAfter: answer.wait });
}

async function askService(service: Fetcher, { salt, ...order }: HashOrder): Promise<HashAnswer> {
  const body = JSON.stringify({ ...order, salt: [...salt] });
  const response = await inTime(service.fetch('http://hashing/', { method: 'POST', body }));
  if ('wait' in response) return response;
  if (response.status === 429) return response.json<Busy>();
  if (!response.ok) throw new Error(`the hashing service answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Tries a second object if the first is busy or fails: repeating a hash is harmless. */
async function askPool(env: Env, order: HashOrder): Promise<HashAnswer> {
  const [first, second] = membersFor(order.lane);
  const answer = await askObject(env, first, order).catch((error: unknown) => {
    if ((error as { retryable?: boolean }).retryable) return overloaded;
    throw error;
  });
  if (!isBusy(answer)) return answer;
  const other = await askObject(env, second, order);
  return isBusy(other) && answer.wait < other.wait ? answer : other;
}

async function askObject(env: Env, member: string, order: HashOrder): Promise<HashAnswer> {
  try {
    return await inTime<HashAnswer>(hasherStub(env, member).derive(order));
  } catch (error) {
    if ((error as { overloaded?: boolean }).overloaded) return overloaded;
    throw error;
  }
}

function membersFor(lane: Lane): [string, string] {
  const one = Math.floor(Math.random() * pool.shared);
  const shared = `shared-${one}`;
  if (lane === 'known') return [`reserved-${Math.floor(Math.random() * pool.reserved)}`, shared];
  return [shared, `shared-${(one + 1) % pool.shared}`];
}

/** Treats a hasher that is this late as overloaded: the client retries later. */
async function inTime<Answer>(answer: Promise<Answer>): Promise<Answer | Busy> {
  const timer = new AbortController();
  const late = scheduler.wait(deadline, { signal: timer.signal }).then(() => {
    logError(new Error('hashing did not answer in time'), { at: 'hashing' });
    return overloaded;
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    timer.abort();
  }
}
