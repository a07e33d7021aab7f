/**
 * Tells those who wait how many are before them, about how long it takes, and whether anybody is there to come to it. It is news
 * of a moment and kept nowhere: whoever missed it asks, and is told with the next change.
 */
import { expectedWait, paceOver } from '#domain';
import type { Availability, FloorRow, Waiting } from '#protocol';
import type { Host } from '../host.ts';
import { report } from '../report.ts';
import { lineOf, wantsAgent, type Queue } from './queue.ts';

/** Changes are collected for so long, in milliseconds. */
const coalesce = 500;
/** To the first so many each step is told; further back one is told only every so often, in milliseconds. */
const near = 20;
const farEvery = 15_000;
/** So many are told at a time, and then there is a rest, in milliseconds: a long line must not stand in the way of an offer. */
const atOnce = 16;
const rest = 100;

export class Positions {
  readonly #host: Host;
  readonly #queue: Queue;
  readonly #availability: (row: FloorRow) => Availability;
  readonly #tell: (conversation: string, waiting: Waiting) => Promise<void>;
  readonly #told = new Map<string, { words: string; at: number }>();
  /** When the last ones of each line got somebody. */
  readonly #served = new Map<string, number[]>();
  /** Who is still to be told, the nearest first. */
  #due = new Map<string, Waiting>();
  #telling = 0;
  #timer: (() => void) | null = null;

  constructor(
    host: Host,
    queue: Queue,
    availability: (row: FloorRow) => Availability,
    tell: (conversation: string, waiting: Waiting) => Promise<void>,
  ) {
    this.#host = host;
    this.#queue = queue;
    this.#availability = availability;
    this.#tell = tell;
  }

  /** A conversation has changed. */
  changed(before: FloorRow | undefined, row: FloorRow): void {
    if (before?.phase === 'waiting' && row.phase === 'active') {
      const line = lineOf(before);
      this.#served.set(line, [...(this.#served.get(line) ?? []), this.#host.now()].slice(-paceOver));
    }
    if (row.phase !== 'waiting') {
      this.#told.delete(row.id);
      this.#due.delete(row.id);
    }
    if (before?.phase === 'waiting' || row.phase === 'waiting') this.#soon(coalesce);
  }

  /** Somebody has come or gone who serves a line. */
  refresh(): void {
    if (this.#queue.size > 0) this.#soon(coalesce);
  }

  /** Where a conversation stands now; null where it doesn't wait. */
  of(conversation: string): Waiting | null {
    return this.#all().get(conversation) ?? null;
  }

  #soon(delay: number): void {
    if (this.#timer) return;
    this.#timer = this.#host.timer(delay, () => {
      this.#timer = null;
      this.#tellAll();
    });
  }

  /** What was not told yet is told as it is now. */
  #tellAll(): void {
    const now = this.#host.now();
    let left = false;
    const due = [...this.#all()].filter(([conversation, waiting]) => {
      const told = this.#told.get(conversation);
      if (told?.words === wordsOf(waiting)) return false;
      const later = told !== undefined && waiting.place > near && now - told.at < farEvery;
      left ||= later;
      return !later;
    });
    this.#due = new Map(due.sort(([, a], [, b]) => a.place - b.place));
    this.#tellSome();
    if (left) this.#soon(farEvery);
  }

  #tellSome(): void {
    for (const [conversation, waiting] of this.#due) {
      if (this.#telling >= atOnce) return;
      this.#due.delete(conversation);
      this.#told.set(conversation, { words: wordsOf(waiting), at: this.#host.now() });
      this.#telling++;
      this.#host.background(this.#tellOne(conversation, waiting));
    }
  }

  async #tellOne(conversation: string, waiting: Waiting): Promise<void> {
    try {
      await this.#tell(conversation, waiting);
    } catch (error) {
      report('place_not_told', error);
    }
    this.#host.timer(rest, () => {
      this.#telling--;
      this.#tellSome();
    });
  }

  #all(): Map<string, Waiting> {
    const now = this.#host.now();
    const counts = new Map<string, number>();
    const availabilities = new Map<string, Availability>();
    const all = new Map<string, Waiting>();
    for (const row of this.#queue.rows()) {
      if (!wantsAgent(row)) continue;
      const line = lineOf(row);
      const place = (counts.get(line) ?? 0) + 1;
      counts.set(line, place);
      if (!row.visitor.here) continue;
      // Who stands in one line waits for the same agents.
      const availability = availabilities.get(line) ?? this.#availability(row);
      availabilities.set(line, availability);
      const wait = expectedWait(place, this.#served.get(line) ?? [], now);
      all.set(row.id, { place, wait, availability });
    }
    return all;
  }
}

/** What of it is worth telling again: to the minute. */
function wordsOf({ place, wait, availability }: Waiting): string {
  return `${availability} ${place} ${wait === null ? '' : Math.ceil(wait / 60_000)}`;
}
