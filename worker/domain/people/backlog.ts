/**
 * The backlog of password hashes. A hash occupies a thread for a tenth of a second or more, and anybody may ask for one by signing in.
 * So each order is admitted or refused at once, by the time that the work before it really takes, and orders from known devices and
 * signed-in users come before those of strangers.
 *
 * The count is kept where the hashes are made, because only that place sees the orders of every isolate of the Worker, and because a
 * count in front would have to guess: the runtime drops the work of a request whose client has gone, with whatever it would have
 * counted down or woken.
 */

/** `known`: a signed-in user, or a device that has signed in before. */
export const lanes = ['known', 'unknown'] as const;
export type Lane = (typeof lanes)[number];

/** A refusal, in milliseconds: when the work that is there will be done, and when the next place will be free. */
export interface Busy {
  readonly wait: number;
  readonly pace: number;
}

/** The longest that an order may have to wait for its turn, in milliseconds. A stranger's sign-in can be tried again. */
const patience = { known: 5_000, unknown: 1_000 } as const satisfies Record<Lane, number>;
/** So many orders wait for each place. It bounds the memory where hashes are fast. */
const most = { known: 32, unknown: 8 } as const satisfies Record<Lane, number>;
/** Of so many turns in a row the last is a stranger's, if one waits: strangers wait longer, not for ever. */
const turnsInRow = 4;
/** What a hash is taken to last before one was measured, in milliseconds. */
const firstGuess = 200;
/** A hash that has run for so long has been lost by the runtime, and its place is free again. In milliseconds. */
const lostAfter = 10_000;

interface Running {
  readonly lane: Lane;
  readonly since: number;
}

export class Backlog<Order> {
  readonly #places: number;
  readonly #waiting: Record<Lane, Order[]> = { known: [], unknown: [] };
  readonly #running = new Map<Order, Running>();
  #average = firstGuess;
  #knownInRow = 0;

  /** @param places so many hashes are made at once */
  constructor(places: number) {
    this.#places = places;
  }

  /** Admits an order, or refuses it. */
  offer(lane: Lane, order: Order, now: number): Busy | undefined {
    this.#forgetLost(now);
    const wait = this.#waitFor(lane);
    const places = this.#placesOf(lane);
    if (wait > patience[lane] || this.#waiting[lane].length >= most[lane] * places)
      return { wait: Math.ceil(wait), pace: Math.ceil(this.#average / places) };
    this.#waiting[lane].push(order);
    return undefined;
  }

  /** Takes the order whose turn it is, if a place is free for it. Its hash begins now. */
  take(now: number): Order | undefined {
    const lane = this.#next();
    const order = lane && this.#waiting[lane].shift();
    if (!lane || order === undefined) return undefined;
    this.#knownInRow = lane === 'known' ? this.#knownInRow + 1 : 0;
    this.#running.set(order, { lane, since: now });
    return order;
  }

  /** The hash is made, or has failed. */
  ended(order: Order, now: number): void {
    const running = this.#running.get(order);
    if (!running) return;
    this.#running.delete(order);
    this.#average += (Math.max(1, now - running.since) - this.#average) / 4;
  }

  /** With one place, turns are all that can be kept for known orders. With more, one place is. */
  #placesOf(lane: Lane): number {
    return lane === 'known' ? this.#places : Math.max(1, this.#places - 1);
  }

  /** The time until a new order of this lane would begin, from what runs and what waits before it. In milliseconds. */
  #waitFor(lane: Lane): number {
    const { known, unknown } = this.#waiting;
    const before = this.#running.size + known.length + (lane === 'unknown' ? unknown.length : 0);
    const places = this.#placesOf(lane);
    return (Math.max(0, before - places + 1) * this.#average) / places;
  }

  #next(): Lane | undefined {
    const { known, unknown } = this.#waiting;
    if (this.#running.size >= this.#places) return undefined;
    const strangers = [...this.#running.values()].filter(({ lane }) => lane === 'unknown').length;
    const stranger = unknown.length > 0 && strangers < this.#placesOf('unknown');
    if (known.length > 0 && !(stranger && this.#knownInRow >= turnsInRow - 1)) return 'known';
    return stranger ? 'unknown' : undefined;
  }

  #forgetLost(now: number): void {
    for (const [order, { since }] of this.#running) if (now - since > lostAfter) this.#running.delete(order);
  }
}
