/** What an Agent keeps: who they are, their sessions, their status as a log, their drafts. */
import type { Activity, ActivityEntry } from '#domain/people/activity';
import type { LinkKind } from '#domain/people/mailed-links';
import type { Correction, Status } from '#protocol';
import type { Person } from '../../db/users.ts';
import type { Cursors } from '../../runtime/followers.ts';
import { logTable, type Numbered } from '../../runtime/log.ts';
import type { MailOrder } from '../contracts/agent.ts';

/** Append-only. */
export const migrations: readonly string[] = [
  logTable,
  `CREATE TABLE sessions (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL, created_at INTEGER NOT NULL, used_at INTEGER NOT NULL
  ) WITHOUT ROWID`,
  'CREATE TABLE drafts (conversation TEXT PRIMARY KEY, text TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID',
  // Which conversations a session has opened on a screen: where its sockets are closed when it ends.
  `CREATE TABLE attached (
    session TEXT NOT NULL, conversation TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (session, conversation)
  ) WITHOUT ROWID`,
  // Why a session has ended, for the one who comes back with it; null while it holds.
  'ALTER TABLE sessions ADD COLUMN ended TEXT',
  // From where it was opened, for its owner to know it again.
  'ALTER TABLE sessions ADD COLUMN device TEXT',
  'ALTER TABLE sessions ADD COLUMN address TEXT',
  // 1 where it ends with the browser.
  'ALTER TABLE sessions ADD COLUMN brief INTEGER NOT NULL DEFAULT 0',
  // Browsers that have signed in before.
  'CREATE TABLE devices (id TEXT PRIMARY KEY, hash TEXT NOT NULL, used_at INTEGER NOT NULL) WITHOUT ROWID',
  // Attempts that are counted here, because no stranger can make them.
  `CREATE TABLE tries (
    act TEXT NOT NULL, of TEXT NOT NULL, count INTEGER NOT NULL, since INTEGER NOT NULL, next INTEGER NOT NULL,
    forget_at INTEGER NOT NULL, PRIMARY KEY (act, of)
  ) WITHOUT ROWID`,
];

/** What an earlier version did not keep of a user. */
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

/** Raised with any change of `evolveAgent`, or of `evolveActivity` in the domain: what was kept is then folded anew. */
export const foldVersion = 1;

export interface Folded<T> {
  readonly version: number;
  /** The last seq that is in it. */
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
  /** The user's row as it was when it was last read. */
  user: Person;
  /** When the row has to be read again: it may have changed, and whoever changed it may have died before they said so. */
  rereadAt: number;
  cursors: Cursors;
  /** The log folded up to `upTo`: it grows for years, and is not read anew whenever the actor wakes. */
  folded: Folded<AgentState>;
  /** The same of the time table, as far as it was told. */
  activity: Folded<Activity>;
  /** The second factor, the period of the last code that let in, and the hashes of the recovery codes that are left. */
  secondFactor: { secret: string; period: number; recovery: string[] };
  /** A second factor that is not confirmed yet. */
  secondFactorBegun: string;
  /** The links that hold, by kind, the newest last. Earlier versions kept one of a kind. */
  links: Partial<Record<LinkKind, Link | Link[]>>;
  /** The mails that wait. */
  mails: (MailOrder & { at: number })[];
  /** When the last live socket went, until one is back or the grace is over. */
  goneAt: number;
};

/** Who or what else than the agent has changed a status. */
export interface StatusCause {
  /** `signed_out` with their last session. */
  readonly why?: Correction | 'signed_out';
  readonly by?: { readonly id: string; readonly name: string };
}

type Undated<E> = E extends unknown ? Omit<E, 'seq' | 'at'> : never;

/** The agent's log: what they chose, and what their sockets proved. */
export type AgentDraft =
  /** Their first session has begun, or their last one has ended: the time between is what the time table tells of. */
  | Undated<Extract<ActivityEntry, { kind: 'session.changed' | 'presence.changed' }>>
  | (Undated<Extract<ActivityEntry, { kind: 'status.changed' }>> & StatusCause)
  /** What everybody but managers knows them by. It stands in the user's row; here it is news. */
  | { kind: 'name.changed'; name: string }
  /** Of which groups they are. As with the name. */
  | { kind: 'groups.changed'; groups: string[] }
  /** How much routing may give them, and whether any. As with the name. */
  | { kind: 'capacity.changed' }
  /** They look different. As with the name. */
  | { kind: 'photo.changed' }
  /** They are a user no more, until that is taken back. As with the name. */
  | { kind: 'user.deleted' }
  | { kind: 'user.restored' };
export type AgentEntry = Numbered & AgentDraft;

/** Whether an entry tells what the agent was. */
export function isActivity(entry: AgentEntry): entry is AgentEntry & ActivityEntry {
  return ['session.changed', 'status.changed', 'presence.changed'].includes(entry.kind);
}

export interface AgentState {
  readonly signedIn: boolean;
  readonly status: Status;
  /** Since when. */
  readonly since: number;
  readonly connected: boolean;
  /** The status that the end of their last session took away, until there is another one. */
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
