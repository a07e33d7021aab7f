/**
 * The agent's stored drafts of one kind. A draft's version is the time when it was stored, raised where two would be
 * equal: so a draft of an earlier program has one too.
 */
import type { DraftOf, FileInfo, Mention } from '#protocol';
import { all, first, type Sql } from '../../runtime/host.ts';

/** Steps of the migration: they never change. */
export const repliesTable =
  'CREATE TABLE drafts (conversation TEXT PRIMARY KEY, text TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID';
/** JSON of the ids of its files, in order. */
export const replyFilesColumn = "ALTER TABLE drafts ADD COLUMN files TEXT NOT NULL DEFAULT '[]'";
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
  /** Of a reply: those that can still be sent. */
  readonly files?: FileInfo[];
  readonly version: number;
}

/** The uploads that replies can have. */
export interface DraftUploads {
  /** Those of these uploads that are complete and in no message, in this order. */
  sendable(ids: readonly string[]): FileInfo[];
  /** A draft has got or lost these uploads: their 24 hours begin anew (FIL-22). */
  used(ids: readonly string[]): void;
}

export interface NewDraft {
  readonly conversation: string;
  readonly text: string;
  readonly mentions?: Mention[] | undefined;
  /** Of a reply. Absent: a text keeps the stored files (an earlier client). */
  readonly files?: readonly string[] | undefined;
  /** The version that it was written over; absent: it replaces any. */
  readonly base?: number | undefined;
}

export type Saved =
  /** Nothing was stored, because this draft is newer than the base. */
  | { readonly conflict: StoredDraft }
  /** `changed`: `draft` is stored now, or none, and it is another one than before. `begun`: there was none before. */
  | { readonly draft: StoredDraft | null; readonly changed: boolean; readonly begun: boolean };

interface Row {
  readonly conversation: string;
  readonly text: string;
  readonly mentions?: string;
  readonly files?: string;
  readonly at: number;
}

export class DraftTable {
  readonly #sql: Sql;
  readonly #of: DraftOf;
  readonly #uploads: DraftUploads;
  /** The latest version that was given here; an eviction forgets it. */
  #latest = 0;

  constructor(sql: Sql, of: DraftOf, uploads: DraftUploads) {
    this.#sql = sql;
    this.#of = of;
    this.#uploads = uploads;
  }

  all(now: number): ReadonlyMap<string, StoredDraft> {
    this.#forget(now);
    const rows = all<Row>(this.#sql.exec(`SELECT * FROM ${this.#table}`));
    return new Map(
      rows.flatMap((row) => {
        const draft = this.#read(row);
        return draft ? [[row.conversation, draft] as const] : [];
      }),
    );
  }

  save(draft: NewDraft, now: number): Saved {
    this.#forget(now);
    const { conversation, text, mentions = [], base } = draft;
    const row = this.#row(conversation);
    const stored = row && this.#read(row);
    const before = (stored?.files ?? []).map(({ id }) => id);
    const files = this.#filesOf(draft, before);
    const equal = text === (stored?.text ?? '') && isSame(files, before);
    if (equal && isSame(mentions, stored?.mentions ?? []))
      return { draft: stored ?? null, changed: false, begun: false };
    if (stored && base !== undefined && base !== stored.version && !equal) return { conflict: stored };
    if (text === '' && files.length === 0) {
      this.drop(conversation);
      return { draft: null, changed: true, begun: false };
    }
    const version = Math.max(now, (row?.at ?? 0) + 1, this.#latest + 1);
    this.#latest = version;
    const columns = {
      ...{ conversation, text, at: version },
      ...(this.#of === 'note' ? { mentions: JSON.stringify(mentions) } : { files: JSON.stringify(files) }),
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
    if (!isSame(files, before)) this.#uploads.used([...new Set([...before, ...files])]);
    return { draft: this.#read(columns) ?? null, changed: true, begun: !stored };
  }

  drop(conversation: string): void {
    const files = idsOf(this.#row(conversation));
    this.#sql.exec(`DELETE FROM ${this.#table} WHERE conversation = ?`, conversation);
    if (files.length > 0) this.#uploads.used(files);
  }

  /** An upload that cannot be sent is left out: a draft that names one is stored all the same. */
  #filesOf({ text, files }: NewDraft, before: readonly string[]): string[] {
    if (files === undefined) return text === '' ? [] : [...before];
    return this.#uploads.sendable(files).map(({ id }) => id);
  }

  #row(conversation: string): Row | undefined {
    return first<Row>(this.#sql.exec(`SELECT * FROM ${this.#table} WHERE conversation = ?`, conversation));
  }

  /** Undefined if nothing is left of it: it had only files, which are sent or deleted. */
  #read(row: Omit<Row, 'conversation'>): StoredDraft | undefined {
    const { text, mentions, at } = row;
    const named = mentions === undefined ? [] : (JSON.parse(mentions) as Mention[]);
    const ids = idsOf(row);
    const files = ids.length > 0 ? this.#uploads.sendable(ids) : [];
    if (text === '' && files.length === 0) return undefined;
    return {
      text,
      ...(named.length > 0 && { mentions: named }),
      ...(files.length > 0 && { files }),
      version: at,
    };
  }

  #forget(now: number): void {
    const { keptFor } = tables[this.#of];
    if (keptFor !== null) this.#sql.exec(`DELETE FROM ${this.#table} WHERE at <= ?`, now - keptFor);
  }

  get #table(): string {
    return tables[this.#of].name;
  }
}

/** True if an unsent reply has this upload. */
export function isInDraft(sql: Sql, file: string): boolean {
  const query = 'SELECT 1 FROM drafts, json_each(drafts.files) AS file WHERE file.value = ? LIMIT 1';
  return first(sql.exec(query, file)) !== undefined;
}

function idsOf(row: Pick<Row, 'files'> | undefined): string[] {
  return row?.files === undefined ? [] : (JSON.parse(row.files) as string[]);
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
