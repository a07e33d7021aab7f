/**
 * The next due time over many keys. A key's due time changes only with events, and each event names the keys that it
 * affects: only those are recomputed, so the cost of an event depends on what it changed, not on the number of keys.
 */
interface Entry {
  readonly at: number;
  readonly key: string;
}

export class Dues {
  readonly #dueOf: (key: string) => number | null;
  readonly #known = new Map<string, number>();
  readonly #touched = new Set<string>();
  /** A heap by time. An entry that differs from `#known` is out of date and skipped. */
  #heap: Entry[] = [];

  /** `dueOf` returns a key's due time, or null; it is called once after each touch. */
  constructor(dueOf: (key: string) => number | null) {
    this.#dueOf = dueOf;
  }

  /** A key was added, changed or removed. */
  touch(key: string): void {
    this.#touched.add(key);
  }

  /** The earliest due time, or null. */
  next(): number | null {
    this.#judge();
    for (let top = this.#heap[0]; top; top = this.#heap[0]) {
      if (this.#known.get(top.key) === top.at) return top.at;
      this.#pop();
    }
    return null;
  }

  /** The keys that are due now, the earliest first. They stay due until they are touched. */
  dueBy(now: number): string[] {
    this.#judge();
    const due = new Map<string, Entry>();
    for (let top = this.#heap[0]; top && top.at <= now; top = this.#heap[0]) {
      this.#pop();
      if (this.#known.get(top.key) === top.at) due.set(top.key, top);
    }
    for (const entry of due.values()) this.#push(entry);
    return [...due.keys()];
  }

  #judge(): void {
    const touched = [...this.#touched];
    this.#touched.clear();
    for (const key of touched) {
      const at = this.#dueOf(key);
      if (at === (this.#known.get(key) ?? null)) continue;
      if (at === null) this.#known.delete(key);
      else {
        this.#known.set(key, at);
        this.#push({ at, key });
      }
    }
    // Keeps out-of-date entries from outnumbering the others.
    if (this.#heap.length > 64 && this.#heap.length > 4 * this.#known.size) this.#rebuild();
  }

  #rebuild(): void {
    this.#heap = [...this.#known].map(([key, at]) => ({ at, key })).sort((a, b) => a.at - b.at);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (!parent || parent.at <= entry.at) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      if (!a) break;
      const [smaller, at] = b && b.at < a.at ? [b, left + 1] : [a, left];
      if (smaller.at >= last.at) break;
      heap[index] = smaller;
      index = at;
    }
    heap[index] = last;
  }
}
