/**
 * After an upgrade: requests rows from conversations and agents again if an earlier version stored them without a
 * field that exists today. Otherwise the floor would show the old form until their next change.
 */
import type { Duty } from '../../runtime/alarm.ts';
import type { Floor } from './floor.ts';

/** The number of requests in one run: each wakes an actor. */
const atOnce = 20;

export class Completion implements Duty {
  readonly name = 'completion';
  readonly #floor: Pick<Floor, 'lacking' | 'asked'>;
  readonly #ask: (id: string) => Promise<void>;

  constructor(floor: Pick<Floor, 'lacking' | 'asked'>, ask: (id: string) => Promise<void>) {
    this.#floor = floor;
    this.#ask = ask;
  }

  next(): number | null {
    return this.#floor.lacking.size > 0 ? 0 : null;
  }

  /** A failure does not delay the others; the alarm repeats it later. */
  async run(): Promise<void> {
    const ids = [...this.#floor.lacking].slice(0, atOnce);
    const asked = ids.map(async (id) => {
      await this.#ask(id);
      this.#floor.asked(id);
    });
    const failure = (await Promise.allSettled(asked)).find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
  }
}
