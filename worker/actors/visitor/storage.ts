/** A Visitor's stored state: identity and conversations. */
import type * as credential from '#domain/base/credential';
import { uploadTables } from '../files/storage.ts';

/** Append-only. */
export const migrations = [
  `CREATE TABLE conversations (
    ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL, campaign TEXT NOT NULL, started_at INTEGER NOT NULL, open INTEGER NOT NULL
  )`,
  // The ranges of the visitor's command ids in ended conversations. A conversation without a range has to be queried.
  `CREATE TABLE IF NOT EXISTS id_ranges (
    conversation TEXT PRIMARY KEY, first TEXT NOT NULL, last TEXT NOT NULL
  ) WITHOUT ROWID`,
  ...uploadTables,
];

/**
 * The visitor's account and site, and the credential. After they have signed out, `ended` is the hash of the last
 * secret presented.
 */
export type Self = credential.Credential & {
  readonly account: string;
  readonly id: string;
  readonly site: string;
  readonly ended?: string;
};

export type VisitorRegisters = {
  self: Self;
  contact: { name?: string; email?: string };
  blocked: boolean;
  /** The visitor has signed out, and sockets may be open: when to try again to close them. */
  closeAgainAt: number;
};

/** A conversation. */
export interface Row {
  ordinal: number;
  id: string;
  campaign: string;
  started_at: number;
  open: number;
}
