// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- an ambient declaration has no other way to come along
/// <reference path="./node-crypto.d.ts" />
/**
 * PasswordHasher: makes password hashes where no service of the machine does, away from the isolates that serve chats. It stores
 * nothing. While it hashes it does nothing else, and the runtime keeps what arrives to itself; so it pauses after each hash, in which
 * pause everything that has arrived is admitted or refused before the next hash begins. A refusal is late by one hash at the most.
 *
 * Orders wait here, in promises, and not in the Worker: all requests to an object share its context, so that a client that goes away
 * takes no other order's turn with it.
 */
import { Hasher, type HashAnswer, type HashOrder } from '#domain/people/hashing';
import { DurableObject } from 'cloudflare:workers';
import { scryptSync } from 'node:crypto';
import type { PasswordHasherActor } from './contracts/password-hasher.ts';
import type { Env } from './env.ts';

export class PasswordHasher extends DurableObject<Env> implements PasswordHasherActor {
  readonly #hasher = new Hasher(1, hash, () => performance.now());

  derive(order: HashOrder): Promise<HashAnswer> {
    return this.#hasher.derive(order);
  }
}

async function hash({ password, salt, length, cost: { ln, r, p } }: HashOrder): Promise<Uint8Array> {
  const N = 2 ** ln;
  const made = scryptSync(password, salt, length, { N, r, p, maxmem: 256 * N * r });
  // In production the clock moves on in this pause, and not during the hash.
  await scheduler.wait(1);
  // A Buffer of its own could be one of Node's pool, with other bytes around it.
  return Uint8Array.from(made);
}
