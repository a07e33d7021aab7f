/**
 * Sends visitors in the queue their position, the expected wait, and whether any agent serves them. Updates are
 * ephemeral: only the time of the next one is stored. A visitor who missed one gets the next, or requests it.
 */
import { expectedWait, paceOver, remembered } from '#domain/floor/waiting';
import type { Availability, FloorRow, Waiting } from '#protocol';
import type { Duty } from '../../runtime/alarm.ts';
import type { Host } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import { report } from '../../runtime/report.ts';
import { queueOf, wantsAgent, type Queue } from './queue.ts';
import type { DispatcherRegisters } from './storage.ts';

/** Changes are collected for this time, in milliseconds. */
const coalesce = 500;
/** The first this many visitors receive each step; those further back one per `farEvery`, in milliseconds. */
const near = 20;
const farEvery = 15_000;
/** This many are sent at a time, followed by a pause in milliseconds: a long queue must not delay an offer. */
const atOnce = 16;
const rest = 100;
/** Without changes positions are reused for this time, in milliseconds, although the expected wait grows meanwhile. */
const fresh = 1_000;

export interface PositionsEnds {
  /** Whether any agent serves the queue that a conversation is in. */
  availability(row: FloorRow): Availability;
  tell(conversation: string, waiting: Waiting): Promise<void>;
  arm(): void;
}

/**
 * A duty, because visitors far back get late updates: an alarm lets the actor sleep until then, a timer would keep it
 * awake.
 */
export class Positions implements Duty {
  readonly name = 'positions';
  readonly #registers: Registers<DispatcherRegisters>;
  readonly #host: Host;
  readonly #queue: Queue;
  readonly #ends: PositionsEnds;
  readonly #told = new Map<string, { words: string; at: number }>();
  /** Visitors with a pending update, the first in the queue first. */
  #due = new Map<string, Waiting>();
  #telling = 0;
  #timer: (() => void) | null = null;
  /** All positions as last computed; null once something has changed. A queue is long, and many may ask. */
  #known: { readonly at: number; readonly all: ReadonlyMap<string, Waiting> } | null = null;

  constructor(registers: Registers<DispatcherRegisters>, host: Host, queue: Queue, ends: PositionsEnds) {
    this.#registers = registers;
    this.#host = host;
    this.#queue = queue;
    this.#ends = ends;
  }

  /** A conversation has changed. */
  changed(before: FloorRow | undefined, row: FloorRow): void {
    this.#known = null;
    if (before?.phase === 'waiting' && row.phase === 'active') {
      this.#noteServed(queueOf(before));
    }
    if (row.phase !== 'waiting') {
      this.#told.delete(row.id);
      this.#due.delete(row.id);
    }
    if (before?.phase === 'waiting' || row.phase === 'waiting') this.#soon();
  }

  /**
   * Stored, so that the expected wait survives an eviction. A queue without an assignment in the last hour is dropped.
   */
  #noteServed(queue: string): void {
    const now = this.#host.now();
    const served = { ...this.#registers.get('served') };
    served[queue] = [...(served[queue] ?? []), now].slice(-paceOver);
    const recent = Object.entries(served).filter(([, times]) => now - (times.at(-1) ?? 0) < remembered);
    this.#registers.set('served', Object.fromEntries(recent));
  }

  /** An agent who serves a queue has become available or unavailable. */
  refresh(): void {
    this.#known = null;
    if (this.#queue.size > 0) this.#soon();
  }

  /** A conversation's present position; null if it does not wait. */
  of(conversation: string): Waiting | null {
    if (!this.#known || Math.abs(this.#host.now() - this.#known.at) >= fresh) this.#compute();
    return this.#known?.all.get(conversation) ?? null;
  }

  next(): number | null {
    return this.#queue.size === 0 ? null : (this.#registers.get('positionsAt') ?? null);
  }

  run(): void {
    this.#tellAll();
  }

  #soon(): void {
    if (this.#timer) return;
    this.#timer = this.#host.timer(coalesce, () => {
      this.#timer = null;
      this.#tellAll();
    });
  }

  /** Sends pending updates with current values. Visitors far back who had one recently are left for the duty. */
  #tellAll(): void {
    const now = this.#host.now();
    let later = Infinity;
    const due = [...this.#compute()].filter(([conversation, waiting]) => {
      const told = this.#told.get(conversation);
      if (told?.words === wordsOf(waiting)) return false;
      if (!told || waiting.place <= near || now - told.at >= farEvery) return true;
      later = Math.min(later, told.at + farEvery);
      return false;
    });
    this.#due = new Map(due.sort(([, a], [, b]) => a.place - b.place));
    this.#tellSome();
    this.#tellLater(later);
  }

  /** Stores the time of the next update, Infinity if there is none. At most one row per `farEvery`. */
  #tellLater(at: number): void {
    const known = this.#registers.get('positionsAt') ?? Infinity;
    if (at === Infinity && known !== Infinity) this.#registers.delete('positionsAt');
    // An earlier time in the future stays: visitors who are due later are updated then, or after it.
    const stands = known > this.#host.now() && known <= at;
    if (at === Infinity || stands) return;
    this.#registers.set('positionsAt', at);
    this.#ends.arm();
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
      await this.#ends.tell(conversation, waiting);
    } catch (error) {
      report('position_not_told', error);
    }
    this.#host.timer(rest, () => {
      this.#telling--;
      this.#tellSome();
    });
  }

  #compute(): ReadonlyMap<string, Waiting> {
    const now = this.#host.now();
    const served = this.#registers.get('served') ?? {};
    const counts = new Map<string, number>();
    const availabilities = new Map<string, Availability>();
    const all = new Map<string, Waiting>();
    for (const row of this.#queue.rows()) {
      if (!wantsAgent(row)) continue;
      const queue = queueOf(row);
      const position = (counts.get(queue) ?? 0) + 1;
      counts.set(queue, position);
      if (!row.visitor.here) continue;
      // All conversations of one queue wait for the same agents.
      const availability = availabilities.get(queue) ?? this.#ends.availability(row);
      availabilities.set(queue, availability);
      const wait = expectedWait(position, served[queue] ?? [], now);
      all.set(row.id, { place: position, wait, availability });
    }
    this.#known = { at: now, all };
    return all;
  }
}

/** The parts that are worth another update: the wait to the minute. */
function wordsOf({ place, wait, availability }: Waiting): string {
  return `${availability} ${place} ${wait === null ? '' : Math.ceil(wait / 60_000)}`;
}
