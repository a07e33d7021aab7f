/** A heap of future events, taken out in order of time, and at the same time in order of insertion. */
interface Item<T> {
  readonly at: number;
  readonly order: number;
  readonly what: T;
}

export class Agenda<T> {
  readonly #heap: Item<T>[] = [];
  #count = 0;

  add(at: number, what: T): void {
    const item = { at, order: this.#count++, what };
    let index = this.#heap.push(item) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#heap[above];
      if (!parent || !before(item, parent)) break;
      this.#heap[index] = parent;
      index = above;
    }
    this.#heap[index] = item;
  }

  next(): { readonly at: number; readonly what: T } | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (!first || !last || this.#heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const [a, b] = [this.#heap[left], this.#heap[left + 1]];
      if (!a) break;
      const [smaller, at] = b && before(b, a) ? [b, left + 1] : [a, left];
      if (!before(smaller, last)) break;
      this.#heap[index] = smaller;
      index = at;
    }
    this.#heap[index] = last;
    return first;
  }
}

const before = (a: Item<unknown>, b: Item<unknown>): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);
