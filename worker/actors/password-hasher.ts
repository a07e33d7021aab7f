// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- the only way to include it
/// <reference path="./node-crypto.d.ts" />
/**
 * PasswordHasher makes password hashes away from the isolates that serve chats, on deployments without a hashing
 * service. It stores nothing. A hash blocks the actor and the runtime delays what arrives, so it pauses after each
 * hash: then all arrived orders are admitted or refused before the next hash begins. A refusal is late by at most one
 * hash.
 *
 * Orders wait here, in promises, and not in the Worker: all requests to an object share its context, so a client that
 * disconnects cancels no other order.
 */
import { Hasher, type HashAnswer, type HashOrder } from '#domain/people/hashing';
import { DurableObject } from 'cloudflare:workers';
import { scryptSync } from 'node:crypto';
import type { Env } from './env.ts';

export class PasswordHasher extends DurableObject<Env> {
  readonly #hasher = new Hasher(1, hash, () => performance.now());

  derive(order: HashOrder): Promise<HashAnswer> {
    return this.#hasher.derive(order);
  }
}

async function hash({ password, salt, length, cost: { ln, r, p } }: HashOrder): Promise<Uint8Array> {
  const N = 2 ** ln;
  const made = scryptSync(password, salt, length, { N, r, p, maxmem: 256 * N * r });
  // In production the clock advances only in this pause, not during the hash.
  await scheduler.wait(1);
  // Copied: a Buffer may be a view of Node's pool, which has other bytes around it.
  return Uint8Array.from(made);
}
