/**
 * Password hashing as a port: takes an order, and returns the hash or a refusal when too many wait. The hash function
 * and the clock are passed in: on one machine Node's, on Cloudflare those of a Durable Object.
 */
import { Backlog, type Busy, type Lane } from './backlog.ts';

/** scrypt's parameters: N is 2^ln. */
export interface HashCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

export interface HashOrder {
  /** In the normal form that is hashed. */
  readonly password: string;
  readonly salt: Uint8Array;
  /** The hash's length, in bytes. */
  readonly length: number;
  readonly cost: HashCost;
  readonly lane: Lane;
}

export type HashAnswer = Uint8Array | Busy;

interface Job {
  readonly order: HashOrder;
  readonly resolve: (answer: HashAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes hashes, a limited number in parallel. */
export class Hasher {
  readonly #backlog: Backlog<Job>;
  readonly #hash: (order: HashOrder) => Promise<Uint8Array>;
  readonly #now: () => number;

  constructor(slots: number, hash: (order: HashOrder) => Promise<Uint8Array>, now: () => number) {
    this.#backlog = new Backlog(slots);
    this.#hash = hash;
    this.#now = now;
  }

  derive(order: HashOrder): Promise<HashAnswer> {
    return new Promise((resolve, reject) => {
      const job = { order, resolve, reject };
      const busy = this.#backlog.offer(order.lane, job, this.#now());
      if (busy) resolve(busy);
      this.#fill();
    });
  }

  #fill(): void {
    for (let job = this.#backlog.take(this.#now()); job; job = this.#backlog.take(this.#now()))
      void this.#run(job);
  }

  async #run(job: Job): Promise<void> {
    try {
      job.resolve(await this.#hash(job.order));
    } catch (error) {
      job.reject(error);
    } finally {
      this.#backlog.ended(job, this.#now());
      this.#fill();
    }
  }
}

/** True for a refusal, false for a hash. */
export function isBusy(answer: HashAnswer): answer is Busy {
  return 'wait' in answer;
}
