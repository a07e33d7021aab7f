/**
 * The agent's stored drafts of one kind. A draft's version is the time when it was stored, raised where two would be
 * equal: so a draft of an earlier program has one too.
 */
import type { DraftOf, Mention } from '#protocol';
import { all, first, type Sql } from '../../runtime/host.ts';

/** Steps of the migration: they never change. */
export const repliesTable =
  'CREATE TABLE drafts (conversation TEXT PRIMARY KEY, text TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID';
/** `mentions` is JSON. */
export const notesTable = `CREATE TABLE note_drafts (
    conversation TEXT PRIMARY KEY, text TEXT NOT NULL, mentions TEXT NOT NULL, at INTEGER NOT NULL
  ) WITHOUT ROWID`;

/** Conversations are many: only this number of the latest drafts of a kind is stored. */
const kept = 100;
const tables = {
  // A reply's draft ends with its chat.
  reply: { name: 'drafts', keptFor: null },
  // A note can be added after the end, for as long as the notes of a closed conversation can be read; milliseconds.
  note: { name: 'note_drafts', keptFor: 7 * 86_400_000 },
} as const;

export interface StoredDraft {
  readonly text: string;
  /** Of a note. */
  readonly mentions?: Mention[];
  readonly version: number;
}

export interface NewDraft {
  readonly conversation: string;
  readonly text: string;
  readonly mentions?: Mention[] | undefined;
  /** The version that it was written over; absent: it replaces any. */
  readonly base?: number | undefined;
}

export type Saved =
  /** Nothing was stored, because this draft is newer than the base. */
  | { readonly conflict: StoredDraft }
  /** `changed`: the stored draft is another one now. `begun`: there was none before. */
  | { readonly version: number | null; readonly changed: boolean; readonly begun: boolean };

interface Row {
  readonly conversation: string;
  readonly text: string;
  readonly mentions?: string;
  readonly at: number;
}

export class DraftTable {
  readonly #sql: Sql;
  readonly #of: DraftOf;
  /** The latest version that was given here; an eviction forgets it. */
  #latest = 0;

  constructor(sql: Sql, of: DraftOf) {
    this.#sql = sql;
    this.#of = of;
  }

  all(now: number): ReadonlyMap<string, StoredDraft> {
    this.#forget(now);
    const rows = all<Row>(this.#sql.exec(`SELECT * FROM ${this.#table}`));
    return new Map(rows.map((row) => [row.conversation, read(row)]));
  }

  save({ conversation, text, mentions = [], base }: NewDraft, now: number): Saved {
    this.#forget(now);
    const row = first<Row>(
      this.#sql.exec(`SELECT * FROM ${this.#table} WHERE conversation = ?`, conversation),
    );
    const stored = row && read(row);
    const equal = text === (stored?.text ?? '');
    if (equal && same(mentions, stored?.mentions))
      return { version: stored?.version ?? null, changed: false, begun: false };
    if (stored && base !== undefined && base !== stored.version && !equal) return { conflict: stored };
    if (text === '') {
      this.drop(conversation);
      return { version: null, changed: true, begun: false };
    }
    const version = Math.max(now, (stored?.version ?? 0) + 1, this.#latest + 1);
    this.#latest = version;
    const columns = {
      ...{ conversation, text, at: version },
      ...(this.#of === 'note' && { mentions: JSON.stringify(mentions) }),
    };
    const names = Object.keys(columns);
    this.#sql.exec(
      `INSERT OR REPLACE INTO ${this.#table} (${names.join()}) VALUES (${names.map(() => '?').join()})`,
      ...Object.values(columns),
    );
    this.#sql.exec(
      `DELETE FROM ${this.#table} WHERE conversation NOT IN
        (SELECT conversation FROM ${this.#table} ORDER BY at DESC LIMIT ?)`,
      kept,
    );
    return { version, changed: true, begun: !stored };
  }

  drop(conversation: string): void {
    this.#sql.exec(`DELETE FROM ${this.#table} WHERE conversation = ?`, conversation);
  }

  #forget(now: number): void {
    const { keptFor } = tables[this.#of];
    if (keptFor !== null) this.#sql.exec(`DELETE FROM ${this.#table} WHERE at <= ?`, now - keptFor);
  }

  get #table(): string {
    return tables[this.#of].name;
  }
}

function read({ text, mentions, at }: Row): StoredDraft {
  const named = mentions === undefined ? [] : (JSON.parse(mentions) as Mention[]);
  return { text, ...(named.length > 0 && { mentions: named }), version: at };
}

function same(one: readonly Mention[], other: readonly Mention[] = []): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
