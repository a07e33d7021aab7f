/**
 * A simulated archive that fails before the write, after it, slowly, or not at all; and other followers with faults.
 */
import { firstPage, paginate } from '#domain/conversation/archive';
import type { Entry, FloorRow, Summary } from '#protocol';
import { followers, type Ends } from '../../worker/actors/conversation/followers/table.ts';
import type { World } from './world.ts';

export interface ArchiveMutation {
  /** A fault: the cursor moves before the archive has stored the page. */
  readonly hasty?: boolean;
}

export class SimulatedArchive {
  readonly #pages = new Map<number, string>();
  #failing: number;
  failures = 0;

  constructor(
    private readonly world: World,
    failing: number,
    private readonly mutation: ArchiveMutation,
    /** Agents see all that the other followers are sent: rows of the floor, and summaries. `head` is their state's. */
    private readonly shown: (text: string, head: number | undefined) => void = () => undefined,
  ) {
    this.#failing = failing;
  }

  heal(): void {
    this.#failing = 0;
  }

  /** All pages, in order. */
  pages(): string[] {
    return [...this.#pages].sort(([a], [b]) => a - b).map(([, entries]) => entries);
  }

  ends(): Ends {
    const flaky = async () => {
      await this.#sometime();
      if (this.world.chance(this.#failing)) throw new Error('not now');
    };
    const write: Ends['archive'] = async (_state, pages) => {
      await this.#sometime();
      if (this.world.chance(this.#failing)) this.#fail('before');
      for (const { first, entries } of pages) {
        const known = this.#pages.get(first);
        if (known === undefined || known.length <= entries.length) this.#pages.set(first, entries);
      }
      await this.#sometime();
      // Committed, but the answer is lost.
      if (this.world.chance(this.#failing)) this.#fail('after');
    };
    const archive: Ends['archive'] = this.mutation.hasty
      ? (state, pages) => {
          void write(state, pages).catch(() => undefined);
          return Promise.resolve();
        }
      : write;
    const telling = (...told: unknown[]) => {
      const [note, summary] = told as [{ row?: FloorRow }, Summary?];
      this.shown(JSON.stringify(told), note.row?.seq ?? summary?.state.head);
      return flaky();
    };
    return { ...endsLike(telling), archive };
  }

  #fail(when: string): never {
    this.failures++;
    throw new Error(`the archive failed ${when} the write`);
  }

  #sometime(): Promise<void> {
    return new Promise((resolve) => this.world.after(this.world.random() * 300, resolve));
  }
}

/** The same end for every follower of the table. */
export function endsLike(end: (...told: unknown[]) => Promise<void>): Ends {
  const ends = Object.keys(followers).map((name) => [name, end]);
  return Object.fromEntries(ends) as Record<keyof Ends, typeof end>;
}

/** The pages that the archive must contain for a log. */
export function archivePages(log: readonly Entry[]): string[] {
  const pages: Entry[][] = [];
  let page = firstPage;
  for (const entry of log) {
    const next = paginate(page, JSON.stringify(entry).length);
    if (next.first !== page.first || pages.length === 0) pages.push([]);
    pages.at(-1)?.push(entry);
    page = next;
  }
  return pages.map((entries) => JSON.stringify(entries));
}
