/** What a Dispatcher keeps: the registry, the floor, the ledger of places, its decisions as a log. */
import type { AgentParty, Sees } from '#protocol';
import { logTable, type Numbered } from '../log.ts';

/** Append-only. */
export const migrations: readonly string[] = [
  logTable,
  // Every conversation there ever was: what a rebuild enumerates.
  'CREATE TABLE registry (id TEXT PRIMARY KEY, started_at INTEGER NOT NULL) WITHOUT ROWID',
  // Open conversations and the latest closed ones; `row` is a FloorRow.
  'CREATE TABLE floor (id TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID',
  'CREATE TABLE agents (id TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID',
  // One place a conversation: I9 and I10 as a key.
  `CREATE TABLE places (
    conversation TEXT PRIMARY KEY, agent TEXT NOT NULL, name TEXT NOT NULL, generation INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('reserved', 'active')), at INTEGER NOT NULL
  ) WITHOUT ROWID`,
];

export type DispatcherRegisters = {
  /** The actor's own name; `ctx.id.name` may be missing after a cold alarm. */
  account: string;
  /** Whose conversations agents see. */
  sees: Sees;
  /** When that is to be read again: it may have changed. */
  rereadAt: number;
  /** Conversations that are to be told who may follow them. */
  untold: readonly string[];
};

/** A place that an agent fills: reserved while the conversation is asked, active once it has agreed. */
export interface Place {
  readonly conversation: string;
  readonly agent: string;
  readonly name: string;
  readonly generation: number;
  readonly state: 'reserved' | 'active';
  readonly at: number;
}

/** The dispatcher's decisions: who asked for what, and what came of it. */
export type Decision = Numbered & {
  kind: 'take.decided';
  conversation: string;
  agent: AgentParty;
  generation: number;
  outcome: string;
};
