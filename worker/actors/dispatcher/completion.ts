/**
 * After an upgrade: asks the conversations and agents for their rows again that an earlier version stored without a field of today's.
 * Otherwise the floor would show the old form until their next change.
 */
import type { Duty } from '../../runtime/alarm.ts';
import type { Floor } from './floor.ts';

/** So many are asked in one run: each is an actor that wakes. */
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

  /** A failure does not hold up the others; the alarm repeats it later. */
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
