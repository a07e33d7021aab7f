/**
 * A seeded world for one conversation: a virtual clock, a network that loses, doubles and reorders, and the order of
 * events.
 */

/** mulberry32: small, seeded, good enough to draw faults. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

export class World {
  now = 1_800_000_000_000;
  readonly random: () => number;
  #events: Event[] = [];
  #order = 0;
  /** Called after every event: checks invariants here. */
  onStep: () => void = () => undefined;
  steps = 0;

  constructor(seed: number) {
    this.random = randomOf(seed);
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  after(delay: number, run: () => void): () => void {
    const event: Event = { at: this.now + Math.max(0, delay), order: this.#order++, run, cancelled: false };
    this.#events.push(event);
    return () => {
      event.cancelled = true;
    };
  }

  /** Runs the events of the next `span` milliseconds. */
  async run(span: number): Promise<void> {
    const end = this.now + span;
    for (;;) {
      await settle();
      const next = this.#next(end);
      if (!next) break;
      this.now = Math.max(this.now, next.at);
      next.run();
      await settle();
      this.steps++;
      this.onStep();
    }
    this.now = end;
  }

  #next(end: number): Event | undefined {
    let found: Event | undefined;
    for (const event of this.#events) {
      if (event.cancelled || event.at > end) continue;
      if (!found || event.at < found.at || (event.at === found.at && event.order < found.order))
        found = event;
    }
    this.#events = this.#events.filter((event) => event !== found && !event.cancelled);
    return found;
  }
}

/** Runs promises that wait only for each other. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
