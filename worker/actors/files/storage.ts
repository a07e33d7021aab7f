/** The stored uploads of a sender. */
import type { FileExtension } from '#protocol';

/** Steps for the migrations of an actor that sends files. */
export const uploadTables: readonly string[] = [
  // `state`: sending, whole, claimed, sent, gone. `counted`: bytes that count against the limit of a day.
  `CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, name TEXT NOT NULL, extension TEXT NOT NULL, size INTEGER NOT NULL,
    state TEXT NOT NULL, upload TEXT, content TEXT, small TEXT, conversation TEXT, command TEXT,
    counted INTEGER NOT NULL, began_at INTEGER NOT NULL, used_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
    cleaned INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS upload_parts (
    file TEXT NOT NULL, number INTEGER NOT NULL, etag TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (file, number)
  ) WITHOUT ROWID`,
];

/**
 * `sending`: parts are missing, or not joined yet. `whole`: joined and checked. `claimed`: a message is about to have
 * it. `sent`: a message has it, and its conversation owns the object. `gone`: to be deleted, or deleted.
 */
export type State = 'sending' | 'whole' | 'claimed' | 'sent' | 'gone';

// A type and not an interface: it has to fit `Record<string, unknown>`.
export type Row = {
  readonly id: string;
  /** R2's key. It is stored before R2 hears of it, so that nothing is in R2 that no row names. */
  readonly key: string;
  readonly name: string;
  readonly extension: FileExtension;
  readonly size: number;
  readonly state: State;
  /** R2's id of the multipart upload. */
  readonly upload: string | null;
  /** JSON of the digest and the dimensions, once they are known. */
  readonly content: string | null;
  /** JSON of a SmallImage. */
  readonly small: string | null;
  readonly conversation: string | null;
  readonly command: string | null;
  readonly began_at: number;
  readonly used_at: number;
  /** When the sweep has to look at it. */
  readonly due_at: number;
  /** 1: the deletion was done once. */
  readonly cleaned: number;
};

export type PartRow = {
  readonly number: number;
  readonly etag: string;
  readonly sha256: string;
};
