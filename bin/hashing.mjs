// Hashes passwords for the Workers of this process: scrypt on threads of libuv's pool, because workerd's own thread
// serves every chat.
import { scrypt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Response } from 'miniflare';
import { Hasher, isBusy } from '../worker/domain/people/hashing.ts';

/** Hashes at once. One core stays free for workerd; libuv has four threads, and one stays free for files. */
const capacity = Math.min(3, Math.max(1, availableParallelism() - 1));

/** A single hasher for all servers of this process, which share its cores. */
const hasher = new Hasher(capacity, hash, () => performance.now());

/** @param {import('../worker/domain/people/hashing.ts').HashOrder} order @returns {Promise<Uint8Array>} */
function hash({ password, salt, length, cost: { ln, r, p } }) {
  const N = 2 ** ln;
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/**
 * The service behind the Worker's binding HASHING. It takes an order as JSON and returns the bytes of the hash, or
 * 429 with the time to wait.
 * @param {{ json(): Promise<unknown> }} request
 */
export async function hashingService(request) {
  const order = /** @type {any} */ (await request.json());
  const answer = await hasher.derive({ ...order, salt: Uint8Array.from(order.salt) });
  return isBusy(answer) ? Response.json(answer, { status: 429 }) : new Response(answer);
}
