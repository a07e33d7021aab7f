/** A service that hashes as the one of a single machine, and records the passwords that it has hashed. */
import { Hasher, isBusy, type HashOrder } from '#domain/people/hashing';
import { scryptSync } from 'node:crypto';
import type { Env } from '../../worker/actors/env.ts';

export function hashingService(): { hashed: string[]; env: Pick<Env, 'HASHING'> } {
  const hashed: string[] = [];
  const hash = async ({ password, salt, length, cost }: HashOrder) => {
    hashed.push(password);
    const made = scryptSync(password, salt, length, { N: 2 ** cost.ln, r: cost.r, p: cost.p });
    await scheduler.wait(1);
    return Uint8Array.from(made);
  };
  const hasher = new Hasher(1, hash, () => performance.now());
  const fetch = async (_: string, { body }: { body: string }) => {
    const order = JSON.parse(body) as Omit<HashOrder, 'salt'> & { salt: number[] };
    const answer = await hasher.derive({ ...order, salt: Uint8Array.from(order.salt) });
    return isBusy(answer) ? Response.json(answer, { status: 429 }) : new Response(answer);
  };
  return { hashed, env: { HASHING: { fetch } as unknown as Fetcher } };
}
