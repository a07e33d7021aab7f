/**
 * The backlog of password hashes. A hash occupies a thread for a tenth of a second or more, and anybody may request
 * one by signing in. So each order is admitted or refused at once, by the time that the work before it really takes,
 * and orders from known devices and signed-in users come before those of strangers.
 *
 * The count is kept beside the hashing, because only there the orders of all isolates of the Worker are seen, and
 * because a count in front would have to guess: the runtime drops the work of a request whose client has gone, and
 * with it whatever it would have counted down or woken.
 */

/** `known`: a signed-in user, or a device that has signed in before. */
export const lanes = ['known', 'unknown'] as const;
export type Lane = (typeof lanes)[number];

/** A refusal, in milliseconds: when the present work will be done, and how often a slot becomes free. */
export interface Busy {
  readonly wait: number;
  readonly pace: number;
}

/** The longest that an order may have to wait for its turn, in milliseconds. A stranger can repeat the sign-in. */
const patience = { known: 5_000, unknown: 1_000 } as const satisfies Record<Lane, number>;
/** The most waiting orders for each parallel hash. It bounds the memory when hashes are fast. */
const most = { known: 32, unknown: 8 } as const satisfies Record<Lane, number>;
/** Of this many turns in a row the last is a stranger's, if one waits: strangers wait longer, not for ever. */
const turnsInRow = 4;
/** The assumed time of a hash before one was measured, in milliseconds. */
const firstGuess = 200;
/** A hash that has run for this long was lost by the runtime, and no longer counts. In milliseconds. */
const lostAfter = 10_000;

interface Running {
  readonly lane: Lane;
  readonly since: number;
}

export class Backlog<Order> {
  readonly #slots: number;
  readonly #waiting: Record<Lane, Order[]> = { known: [], unknown: [] };
  readonly #running = new Map<Order, Running>();
  #average = firstGuess;
  #knownInRow = 0;

  /** @param slots how many hashes are made in parallel */
  constructor(slots: number) {
    this.#slots = slots;
  }

  /** Admits an order, or refuses it. */
  offer(lane: Lane, order: Order, now: number): Busy | undefined {
    this.#forgetLost(now);
    const wait = this.#waitFor(lane);
    const slots = this.#slotsOf(lane);
    if (wait > patience[lane] || this.#waiting[lane].length >= most[lane] * slots)
      return { wait: Math.ceil(wait), pace: Math.ceil(this.#average / slots) };
    this.#waiting[lane].push(order);
    return undefined;
  }

  /** Takes the order whose turn it is, if another hash may begin. Its hash begins now. */
  take(now: number): Order | undefined {
    const lane = this.#next();
    const order = lane && this.#waiting[lane].shift();
    if (!lane || order === undefined) return undefined;
    this.#knownInRow = lane === 'known' ? this.#knownInRow + 1 : 0;
    this.#running.set(order, { lane, since: now });
    return order;
  }

  /** The hash has been made, or has failed. */
  ended(order: Order, now: number): void {
    const running = this.#running.get(order);
    if (!running) return;
    this.#running.delete(order);
    this.#average += (Math.max(1, now - running.since) - this.#average) / 4;
  }

  /** If only one hash may run at a time, known orders have only their turns. With more, one is reserved for them. */
  #slotsOf(lane: Lane): number {
    return lane === 'known' ? this.#slots : Math.max(1, this.#slots - 1);
  }

  /**
   * The time until a new order of this lane would begin, from the running and waiting orders before it. In
   * milliseconds.
   */
  #waitFor(lane: Lane): number {
    const { known, unknown } = this.#waiting;
    const before = this.#running.size + known.length + (lane === 'unknown' ? unknown.length : 0);
    const slots = this.#slotsOf(lane);
    return (Math.max(0, before - slots + 1) * this.#average) / slots;
  }

  #next(): Lane | undefined {
    const { known, unknown } = this.#waiting;
    if (this.#running.size >= this.#slots) return undefined;
    const strangers = [...this.#running.values()].filter(({ lane }) => lane === 'unknown').length;
    const stranger = unknown.length > 0 && strangers < this.#slotsOf('unknown');
    if (known.length > 0 && !(stranger && this.#knownInRow >= turnsInRow - 1)) return 'known';
    return stranger ? 'unknown' : undefined;
  }

  #forgetLost(now: number): void {
    for (const [order, { since }] of this.#running) if (now - since > lostAfter) this.#running.delete(order);
  }
}
