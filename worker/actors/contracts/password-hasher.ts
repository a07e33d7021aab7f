/** The RPC interface of a PasswordHasher. */
import type { HashAnswer, HashOrder } from '#domain/people/hashing';

export interface PasswordHasherActor {
  derive(order: HashOrder): Promise<HashAnswer>;
}
