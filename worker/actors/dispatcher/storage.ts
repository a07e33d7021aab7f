/** A Dispatcher's stored state: the registry, the floor, the ledger of capacity, routing's memory. */
import type { Account, AgentParty, Availability, ConversationType, EntryOf, Routing, Sees } from '#protocol';
import { logTable } from '../../runtime/log.ts';

/** Append-only. */
export const migrations: readonly string[] = [
  logTable,
  // Every conversation that ever existed: the list that a rebuild enumerates.
  'CREATE TABLE registry (id TEXT PRIMARY KEY, started_at INTEGER NOT NULL) WITHOUT ROWID',
  // Open conversations and the latest closed ones; `row` is a FloorRow.
  'CREATE TABLE floor (id TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID',
  'CREATE TABLE agents (id TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID',
  // One row a conversation: I9 and I10 as a key.
  `CREATE TABLE places (
    conversation TEXT PRIMARY KEY, agent TEXT NOT NULL, name TEXT NOT NULL, generation INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('reserved', 'active')), at INTEGER NOT NULL
  ) WITHOUT ROWID`,
  // At most two rows a conversation: its owner's, and one while an agent is asked (I9 and I10 as keys).
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
  // Routing's memory (records.ts).
  'CREATE TABLE waits (conversation TEXT PRIMARY KEY, wait TEXT NOT NULL) WITHOUT ROWID',
  'CREATE TABLE standings (agent TEXT PRIMARY KEY, given_at INTEGER NOT NULL, missed INTEGER NOT NULL) WITHOUT ROWID',
  'CREATE TABLE turns (level TEXT PRIMARY KEY, agent TEXT NOT NULL) WITHOUT ROWID',
  'CREATE TABLE decisions (seq INTEGER PRIMARY KEY, conversation TEXT NOT NULL, at INTEGER NOT NULL, decision TEXT NOT NULL)',
  'CREATE INDEX decisions_of ON decisions (conversation, seq)',
  // Decisions used to be in a log, without an index by conversation.
  'DROP TABLE entries',
  // Closed conversations with tabs of agents whose access depends on the account's visibility rule (followed.ts).
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
  /** The part of the rules that an earlier version stored: the visibility rule. */
  sees: Sees;
  rules: KnownRules;
  /** When the rules are to be read again: they may have changed. */
  rereadAt: number;
  /** Conversations whose list of viewers has not been sent yet. */
  untold: readonly string[];
  lobbies: Lobbies;
  /** When files of canned responses are due to be deleted. */
  cannedFilesAt: number;
  /** When visitors far back in the queue get their next position update. */
  positionsAt: number;
  /** By queue: the times of its latest assignments, the newest last; milliseconds. */
  served: Readonly<Record<string, readonly number[]>>;
};

/**
 * By campaign: the availability and whether its queue is full, the version counter of that report, and whether the
 * lobby has it.
 */
export type Lobbies = Readonly<
  Record<string, { state: Availability; count: number; told: boolean; full?: boolean }>
>;

/** The terms of an offer or reservation, which the conversation receives once the agent accepts. */
export interface Terms {
  readonly how: EntryOf<'agent.assigned'>['how'];
  /** When an offer ends; null if no agent is asked. */
  readonly expiresAt: number | null;
  /** The id of the routing level that it came through. */
  readonly level?: string;
  /** The user who transfers it, and their note. */
  readonly by?: AgentParty;
  readonly note?: string;
  /** The generation of the owner who transfers it. */
  readonly from?: number;
}

/**
 * A unit of an agent's capacity: offered while the agent is asked, reserved while the conversation is, active once it
 * has accepted. `terms` belong to an offered or reserved one. The table `places` stores the holds.
 */
export interface Hold {
  readonly conversation: string;
  readonly agent: string;
  readonly name: string;
  readonly generation: number;
  readonly type: ConversationType;
  readonly state: 'offered' | 'reserved' | 'active';
  readonly at: number;
  readonly terms?: Terms;
}
