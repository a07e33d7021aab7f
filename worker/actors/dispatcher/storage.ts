/** What a Dispatcher keeps: the registry, the floor, the ledger of places, what routing remembers. */
import type { Account, AgentParty, Availability, ConversationType, EntryOf, Routing, Sees } from '#protocol';
import { logTable } from '../../runtime/log.ts';

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
  // Two places a conversation at the most: its owner's, and one that is kept while somebody is asked (I9 and I10 as keys).
  `CREATE TABLE held (
    conversation TEXT NOT NULL, generation INTEGER NOT NULL, agent TEXT NOT NULL, name TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('live', 'nrt')), state TEXT NOT NULL CHECK (state IN ('offered', 'reserved', 'active')),
    at INTEGER NOT NULL, terms TEXT, PRIMARY KEY (conversation, generation)
  ) WITHOUT ROWID`,
  "INSERT INTO held SELECT conversation, generation, agent, name, 'live', state, at, NULL FROM places",
  'DROP TABLE places',
  'ALTER TABLE held RENAME TO places',
  "CREATE UNIQUE INDEX one_owner ON places (conversation) WHERE state = 'active'",
  "CREATE UNIQUE INDEX one_asked ON places (conversation) WHERE state <> 'active'",
  // What routing remembers (records.ts).
  'CREATE TABLE waits (conversation TEXT PRIMARY KEY, wait TEXT NOT NULL) WITHOUT ROWID',
  'CREATE TABLE standings (agent TEXT PRIMARY KEY, given_at INTEGER NOT NULL, missed INTEGER NOT NULL) WITHOUT ROWID',
  'CREATE TABLE turns (level TEXT PRIMARY KEY, agent TEXT NOT NULL) WITHOUT ROWID',
  'CREATE TABLE decisions (seq INTEGER PRIMARY KEY, conversation TEXT NOT NULL, at INTEGER NOT NULL, decision TEXT NOT NULL)',
  'CREATE INDEX decisions_of ON decisions (conversation, seq)',
  // Decisions stood in a log before, where nobody could find one conversation's.
  'DROP TABLE entries',
  // Closed conversations with tabs of agents for whom the account's rule decides (followed.ts).
  'CREATE TABLE followed (conversation TEXT PRIMARY KEY, owner TEXT NOT NULL) WITHOUT ROWID',
];

/** The settings of the account and its campaigns by which the floor decides. */
export interface KnownRules extends Pick<
  Account,
  'sees' | 'assignment' | 'offerSeconds' | 'missedLimit' | 'offlineProcessing'
> {
  readonly campaigns: Readonly<Record<string, Routing>>;
}

export type DispatcherRegisters = {
  /** The actor's own name; `ctx.id.name` may be missing after a cold alarm. */
  account: string;
  /** What an earlier version kept of the rules: whose conversations agents see. */
  sees: Sees;
  rules: KnownRules;
  /** When these are to be read again: they may have changed. */
  rereadAt: number;
  /** Conversations that are to be told who may follow them. */
  untold: readonly string[];
  lobbies: Lobbies;
  /** When visitors far back in the queue get their next position update. */
  positionsAt: number;
  /** By queue: the times of its latest assignments, the newest last; milliseconds. */
  served: Readonly<Record<string, readonly number[]>>;
};

/** By campaign: how its agents are and whether its queue is full, which word of it that is, and whether the lobby has it. */
export type Lobbies = Readonly<
  Record<string, { state: Availability; count: number; told: boolean; full?: boolean }>
>;

/** What somebody is asked for, and what the conversation is told once they agree. */
export interface Terms {
  readonly how: EntryOf<'agent.assigned'>['how'];
  /** When an offer is over; null where nobody is asked. */
  readonly expiresAt: number | null;
  /** The level through which it came, by its id. */
  readonly level?: string;
  /** Who passes it on, and why. */
  readonly by?: AgentParty;
  readonly note?: string;
  /** The generation of the owner who gives it away. */
  readonly from?: number;
}

/**
 * A place that an agent fills: offered while they are asked, reserved while the conversation is, active once it has agreed. `terms`
 * are those of an offered or reserved one.
 */
export interface Place {
  readonly conversation: string;
  readonly agent: string;
  readonly name: string;
  readonly generation: number;
  readonly type: ConversationType;
  readonly state: 'offered' | 'reserved' | 'active';
  readonly at: number;
  readonly terms?: Terms;
}
