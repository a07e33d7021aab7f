/**
 * The attempts to store parts that are on their way, in memory alone: after a crash there are none. A client that lost
 * its line may send a part again before the server notices the loss, so a few attempts of the same part may overlap.
 */
import { refuse, type Refusal } from '#protocol';

interface Attempt {
  readonly ticket: string;
  readonly part: number;
  readonly at: number;
}

/** An attempt that has not ended after this time is forgotten, in milliseconds: 8 MiB at 0.25 Mbit/s. */
const longest = 300_000;
const overlapping = 3;
/** The same for an attempt to join, in milliseconds. */
const longestJoin = 60_000;
const again = { retryAfter: 1_000 };

export class Attempts {
  readonly #now: () => number;
  readonly #parts = new Map<string, Attempt[]>();
  readonly #joins = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  begin(file: string, part: number): string | Refusal {
    const live = this.#live(file);
    if (live.length >= overlapping || live.some((other) => other.part !== part))
      return refuse('slow_down', again);
    const ticket = crypto.randomUUID();
    this.#parts.set(file, [...live, { ticket, part, at: this.#now() }]);
    return ticket;
  }

  /** Once a part is stored, earlier attempts of it are those of lost lines. */
  end(file: string, ticket: string, stored: boolean): void {
    const left = stored ? [] : this.#live(file).filter((other) => other.ticket !== ticket);
    if (left.length === 0) this.#parts.delete(file);
    else this.#parts.set(file, left);
  }

  join(file: string): Refusal | null {
    if (this.#now() - (this.#joins.get(file) ?? -longestJoin) < longestJoin)
      return refuse('slow_down', again);
    this.#joins.set(file, this.#now());
    return null;
  }

  joined(file: string): void {
    this.#joins.delete(file);
  }

  #live(file: string): Attempt[] {
    return (this.#parts.get(file) ?? []).filter(({ at }) => this.#now() - at < longest);
  }
}
