/**
 * The waiting conversations, oldest first (F170): ordered by when they began, wherever they have been since, so that
 * none loses its position.
 */
import type { FloorRow } from '#protocol';

const before = (a: FloorRow, b: FloorRow): boolean =>
  a.startedAt < b.startedAt || (a.startedAt === b.startedAt && a.id < b.id);

export class Queue {
  readonly #rows: FloorRow[] = [];
  readonly #ids = new Map<string, FloorRow>();
  /** The number of waiting conversations that began in each campaign, and in each queue. */
  readonly #campaigns = new Map<string, number>();
  readonly #queues = new Map<string, number>();

  /** Adopts a conversation's row. */
  put(row: FloorRow): void {
    this.remove(row.id);
    if (row.phase !== 'waiting') return;
    this.#rows.splice(this.#indexOf(row), 0, row);
    this.#ids.set(row.id, row);
    this.#count(row, 1);
  }

  remove(id: string): void {
    const row = this.#ids.get(id);
    if (!row) return;
    this.#ids.delete(id);
    this.#rows.splice(this.#indexOf(row), 1);
    this.#count(row, -1);
  }

  /** The number of waiting conversations that began in a campaign, wherever they wait now. */
  waitingOf(campaign: string): number {
    return this.#campaigns.get(campaign) ?? 0;
  }

  /** The number of queues. */
  get queues(): number {
    return this.#queues.size;
  }

  get size(): number {
    return this.#rows.length;
  }

  /** A copy in order, so that removing a conversation meanwhile disturbs no reader. */
  rows(): FloorRow[] {
    return [...this.#rows];
  }

  #count(row: FloorRow, by: number): void {
    add(this.#campaigns, row.campaign.id, by);
    add(this.#queues, queueOf(row), by);
  }

  #indexOf(row: FloorRow): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#rows[middle];
      if (other && before(other, row)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}

/** The key of a conversation's queue: an agent that one conversation of it cannot get, the next cannot get either. */
export function queueOf({ type, target, campaign }: FloorRow): string {
  return `${type} ${target?.id ?? campaign.id}`;
}

/** True if an agent should answer now: a visitor who has gone needs none, unless they want an answer later. */
export function wantsAgent({ type, visitor }: FloorRow): boolean {
  return visitor.here || type === 'nrt';
}
