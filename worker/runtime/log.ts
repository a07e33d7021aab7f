/**
 * An append-only log in an actor's storage. An entry is one row, with no index beside the key: rows written are nearly
 * the whole cost of a message. An entry is stored as the exact text that frames and archive carry.
 */
import { all, first, type Sql } from './host.ts';

/** For an actor's list of migrations. */
export const logTable = 'CREATE TABLE entries (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL)';

export interface Numbered {
  readonly seq: number;
  readonly at: number;
}

export interface Row {
  readonly seq: number;
  readonly entry: string;
}

export class Log<E extends Numbered> {
  readonly #sql: Sql;
  #head: number | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The seq of the last entry, 0 if there is none. */
  get head(): number {
    this.#head ??=
      first<{ head: number | null }>(this.#sql.exec('SELECT max(seq) AS head FROM entries'))?.head ?? 0;
    return this.#head;
  }

  /** Numbers, dates and writes an entry. `text` is what was written. */
  append(draft: Omit<E, 'seq' | 'at'>, at: number): { entry: E; text: string } {
    const entry = { seq: this.head + 1, at, ...draft } as unknown as E;
    const text = JSON.stringify(entry);
    this.#sql.exec('INSERT INTO entries (seq, entry) VALUES (?, ?)', entry.seq, text);
    this.#head = entry.seq;
    return { entry, text };
  }

  /** The rows with `after < seq <= upTo`, in order. */
  read(after: number, upTo: number): Row[] {
    return all<Row>(
      this.#sql.exec('SELECT seq, entry FROM entries WHERE seq > ? AND seq <= ? ORDER BY seq', after, upTo),
    );
  }

  /** One entry, parsed. */
  get(seq: number): E | undefined {
    const row = first<Row>(this.#sql.exec('SELECT seq, entry FROM entries WHERE seq = ?', seq));
    return row && (JSON.parse(row.entry) as E);
  }

  /** All entries after a seq that exists in the log, parsed and as written, in order. */
  *replay(after = 0): Generator<{ entry: E; text: string }> {
    this.#head = after;
    for (const row of this.#sql.exec('SELECT seq, entry FROM entries WHERE seq > ? ORDER BY seq', after)) {
      const text = row['entry'] as string;
      const entry = JSON.parse(text) as E;
      this.#head = entry.seq;
      yield { entry, text };
    }
  }
}
