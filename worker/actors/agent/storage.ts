/** What an Agent keeps: who they are, their sessions, their status as a log, their drafts. */
import type { Role, Status } from '#protocol';
import type { Cursors } from '../followers.ts';
import { logTable, type Numbered } from '../log.ts';

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
];

/** A user as the Agent knows them: a copy, brought by each sign-in. */
export interface AgentUser {
  readonly account: { readonly id: string; readonly name: string; readonly timeZone: string };
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
}

export type AgentRegisters = {
  user: AgentUser;
  cursors: Cursors;
  /** When the last live socket went, until one is back or the grace is over. */
  goneAt: number;
};

/** The agent's log: what they chose, and what their sockets proved. */
export type AgentEntry = Numbered &
  ({ kind: 'status.changed'; status: Status } | { kind: 'presence.changed'; connected: boolean });

export interface AgentState {
  readonly status: Status;
  readonly connected: boolean;
}

export const newAgent: AgentState = { status: 'offline', connected: false };

/** Folds the log. */
export function evolveAgent(state: AgentState, entry: AgentEntry): AgentState {
  return entry.kind === 'status.changed'
    ? { ...state, status: entry.status }
    : { ...state, connected: entry.connected };
}
