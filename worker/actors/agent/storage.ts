/** An Agent's stored state: identity, sessions, the status as a log, drafts. */
import type { Activity, ActivityEntry } from '#domain/people/activity';
import type { LinkKind } from '#domain/people/mailed-links';
import type { Correction, Status } from '#protocol';
import type { Person } from '../../db/users.ts';
import type { Cursors } from '../../runtime/followers.ts';
import { logTable, type Numbered } from '../../runtime/log.ts';
import type { MailOrder } from '../contracts/agent.ts';
import { uploadTables } from '../files/storage.ts';
import { notesTable, repliesTable, replyFilesColumn } from './draft-table.ts';

/** Append-only. */
export const migrations: readonly string[] = [
  logTable,
  `CREATE TABLE sessions (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL, created_at INTEGER NOT NULL, used_at INTEGER NOT NULL
  ) WITHOUT ROWID`,
  repliesTable,
  // Conversations that a session has open on a screen: their sockets are closed when it ends.
  `CREATE TABLE attached (
    session TEXT NOT NULL, conversation TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (session, conversation)
  ) WITHOUT ROWID`,
  // Why a session has ended, for a client that returns with it; null while it is valid.
  'ALTER TABLE sessions ADD COLUMN ended TEXT',
  // Where it was opened, so that its owner recognises it.
  'ALTER TABLE sessions ADD COLUMN device TEXT',
  'ALTER TABLE sessions ADD COLUMN address TEXT',
  // 1 if it ends with the browser.
  'ALTER TABLE sessions ADD COLUMN brief INTEGER NOT NULL DEFAULT 0',
  // Browsers that have signed in before.
  'CREATE TABLE devices (id TEXT PRIMARY KEY, hash TEXT NOT NULL, used_at INTEGER NOT NULL) WITHOUT ROWID',
  // Attempts counted here, because no stranger can make them.
  `CREATE TABLE tries (
    act TEXT NOT NULL, of TEXT NOT NULL, count INTEGER NOT NULL, since INTEGER NOT NULL, next INTEGER NOT NULL,
    forget_at INTEGER NOT NULL, PRIMARY KEY (act, of)
  ) WITHOUT ROWID`,
  // Notes that mention the agent; `mention` is a Mentioned without `seen`.
  `CREATE TABLE mentions (
    conversation TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, mention TEXT NOT NULL, seen_at INTEGER,
    PRIMARY KEY (conversation, seq)
  ) WITHOUT ROWID`,
  notesTable,
  ...uploadTables,
  replyFilesColumn,
];

/** Fields of a user that earlier versions did not store. */
export const untold = {
  ...{ nickname: '', manages: true, ipRules: [], version: 0, passwordVersion: 1 },
  ...{
    groups: [],
    limits: { live: null, nrt: null },
    language: 'en' as const,
    photo: null,
    showsPhoto: true,
  },
};

/** Raised with every change of `evolveAgent`, or of `evolveActivity` in the domain; stored folds are then rebuilt. */
export const foldVersion = 1;

export interface Folded<T> {
  readonly version: number;
  /** The last seq that is included. */
  readonly upTo: number;
  readonly value: T;
}

/** A link that is valid. */
export interface Link {
  readonly hash: string;
  readonly expiresAt: number;
  /** The address that it was mailed to. Absent in earlier versions: the user's email. */
  readonly email?: string;
}

export type AgentRegisters = {
  /** The user's row when it was last read. */
  user: Person;
  /** When the row has to be read again: it may have changed, and the caller may have crashed before announcing it. */
  rereadAt: number;
  cursors: Cursors;
  /** The log folded up to `upTo`. It grows for years, so it is not read whole on every wake. */
  folded: Folded<AgentState>;
  /** The same for the time table, as far as it was pushed. */
  activity: Folded<Activity>;
  /** The second factor, the period of the last accepted code, and the hashes of the unused recovery codes. */
  secondFactor: { secret: string; period: number; recovery: string[] };
  /** A second factor that is not confirmed yet. */
  secondFactorBegun: string;
  /** The valid links, by kind, the newest last. Earlier versions stored one of a kind. */
  links: Partial<Record<LinkKind, Link | Link[]>>;
  /** The waiting mails. */
  mails: (MailOrder & { at: number })[];
  /** When the last live socket closed; unset when a socket is back or the grace period is over. */
  goneAt: number;
};

/** The cause of a status change that the agent did not choose. */
export interface StatusCause {
  /** `signed_out` with their last session. */
  readonly why?: Correction | 'signed_out';
  readonly by?: { readonly id: string; readonly name: string };
}

type Undated<E> = E extends unknown ? Omit<E, 'seq' | 'at'> : never;

/** The agent's log: what the agent chose, and what sockets proved. */
export type AgentDraft =
  /** Their first session has begun, or their last one has ended: the time table records the time between. */
  | Undated<Extract<ActivityEntry, { kind: 'session.changed' | 'presence.changed' }>>
  | (Undated<Extract<ActivityEntry, { kind: 'status.changed' }>> & StatusCause)
  /** The name that everybody except managers sees. The value is in the user's row; the entry only announces it. */
  | { kind: 'name.changed'; name: string }
  /** Their groups. Announced like the name. */
  | { kind: 'groups.changed'; groups: string[] }
  /** Their capacity, and whether routing may assign to them. Announced like the name. */
  | { kind: 'capacity.changed' }
  /** Their photo. Announced like the name. */
  | { kind: 'photo.changed' }
  /** They were deleted as a user, until restored. Announced like the name. */
  | { kind: 'user.deleted' }
  | { kind: 'user.restored' };
export type AgentEntry = Numbered & AgentDraft;

/** True for the kinds that record what the agent was. The type checker demands an answer for each kind. */
const activity: { readonly [K in AgentEntry['kind']]: K extends ActivityEntry['kind'] ? true : false } = {
  'session.changed': true,
  'status.changed': true,
  'presence.changed': true,
  'name.changed': false,
  'groups.changed': false,
  'capacity.changed': false,
  'photo.changed': false,
  'user.deleted': false,
  'user.restored': false,
};

export function isActivity(entry: AgentEntry): entry is AgentEntry & ActivityEntry {
  return activity[entry.kind];
}

export interface AgentState {
  readonly signedIn: boolean;
  readonly status: Status;
  /** Start of the present status, in milliseconds. */
  readonly since: number;
  readonly connected: boolean;
  /** The status before their last session ended, until another one is set. */
  readonly left: Status | null;
  readonly deleted: boolean;
}

export const newAgent: AgentState = {
  ...{ signedIn: false, status: 'offline', since: 0, connected: false, left: null, deleted: false },
};

/** Folds the log. */
export function evolveAgent(state: AgentState, entry: AgentEntry): AgentState {
  switch (entry.kind) {
    case 'session.changed':
      return { ...state, signedIn: entry.signedIn };
    case 'status.changed': {
      const left = entry.why === 'signed_out' ? state.status : null;
      return { ...state, status: entry.status, since: entry.at, left };
    }
    case 'presence.changed':
      return { ...state, connected: entry.connected };
    case 'user.deleted':
    case 'user.restored':
      return { ...state, deleted: entry.kind === 'user.deleted' };
    case 'name.changed':
    case 'groups.changed':
    case 'capacity.changed':
    case 'photo.changed':
      return state;
  }
}
