/**
 * The lists of the workspace, from the floor, the agent's summaries and the open conversation. All are folds of the
 * same logs up to different entries, so the most advanced state of each conversation is used.
 */
import { sideOf } from '#domain/conversation/parties';
import type {
  AgentParty,
  ConversationState,
  ConversationType,
  FloorRow,
  Phase,
  Summary,
  Target,
  Words,
} from '#protocol';
import { m } from '#words/app';

export interface Row {
  readonly id: string;
  readonly seq: number;
  readonly phase: Phase;
  readonly type: ConversationType;
  readonly target: Target | null;
  readonly owner: AgentParty | null;
  readonly generation: number;
  readonly campaign: { readonly id: string; readonly name: string };
  readonly visitor: { readonly id: string; readonly name?: string | undefined; readonly here: boolean };
  readonly opening: string;
  /** The number of times it was forwarded because its agent did not write in time. */
  readonly passes?: number | undefined;
  /** It has ended, and a success code is still required. */
  readonly awaitingCode?: true | undefined;
  readonly last: ConversationState['lastMessage'];
  readonly startedAt: number;
  readonly changedAt: number;
  /** The time at which its owner took it, if known. */
  readonly assignedAt: number | null;
  readonly unread: number;
}

export const groupNames = {
  waiting: m.roster_waiting,
  queue: m.roster_queue,
  requests: m.roster_requests,
  unanswered: m.roster_unanswered,
  yours: m.roster_yours,
  awaiting: m.roster_awaiting,
  others: m.roster_others,
  recent: m.roster_recent,
};
export type GroupName = keyof typeof groupNames;
export type Groups = Readonly<Record<GroupName, readonly Row[]>>;

/** Closed rows that stay on the floor, beside those that await a code; older ones are in the history. */
export const recentKept = 50;

/** Adds changed rows, and drops the oldest closed ones. */
export function foldFloor(
  rows: ReadonlyMap<string, FloorRow>,
  changed: readonly FloorRow[],
  words: readonly Words[] = [],
): ReadonlyMap<string, FloorRow> {
  const next = new Map(rows);
  for (const row of changed) {
    const held = next.get(row.id);
    if (!held || held.seq <= row.seq) next.set(row.id, { ...row, last: later(row.last, held?.last) });
  }
  for (const { id, last } of words) {
    const held = next.get(id);
    if (held) next.set(id, { ...held, last: later(held.last, last) });
  }
  const closed = [...next.values()].filter((row) => row.phase === 'closed' && !row.awaitingCode);
  closed.sort((a, b) => b.changedAt - a.changedAt);
  for (const row of closed.slice(recentKept)) next.delete(row.id);
  return next;
}

/** The later of two last messages. */
function later(a: FloorRow['last'], b: FloorRow['last']): NonNullable<FloorRow['last']> | null {
  return (b && b.seq > (a?.seq ?? 0) ? b : a) ?? null;
}

/** The last message of a row and a state. Of the same message the more advanced source has the present text. */
function lastOf(row: Row, { head, lastMessage }: ConversationState): Row['last'] {
  return row.seq > head ? later(row.last, lastMessage) : later(lastMessage, row.last);
}

/** One row for each conversation, from its most advanced source. */
export function mergeRows(
  floor: ReadonlyMap<string, FloorRow>,
  summaries: ReadonlyMap<string, Summary>,
  open: ConversationState | null,
  /** The last seq of each conversation that this tab has shown: the server may not know it yet. */
  seen: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  for (const row of floor.values())
    rows.set(row.id, { ...row, last: row.last ?? null, assignedAt: null, unread: 0 });
  for (const { state, unread } of summaries.values()) {
    const row = further(rows.get(state.id), state);
    const read = (seen.get(state.id) ?? -1) >= (state.lastMessage?.seq ?? 0);
    rows.set(state.id, {
      ...row,
      unread: read ? 0 : unread,
      last: lastOf(row, state),
      assignedAt: state.assignedAt,
    });
  }
  const known = open && rows.get(open.id);
  if (open && known) {
    const row = further(known, open);
    rows.set(open.id, { ...row, last: lastOf(row, open), assignedAt: open.assignedAt });
  }
  return rows;
}

function further(row: Row | undefined, state: ConversationState): Row {
  if (row && row.seq > state.head) return row;
  const { id, phase, type, target, owner, generation, campaign, visitor, startedAt } = state;
  return {
    ...{ id, seq: state.head, phase, type, target, owner, generation, campaign, startedAt },
    visitor: { id: visitor.id, name: visitor.name, here: visitor.here },
    opening: row?.opening || (state.lastMessage?.text ?? ''),
    last: row?.last ?? null,
    passes: row?.passes,
    awaitingCode: state.awaitingCode,
    changedAt: Math.max(row?.changedAt ?? 0, state.closed?.at ?? state.assignedAt ?? state.startedAt),
    assignedAt: state.assignedAt,
    unread: row?.unread ?? 0,
  };
}

/** The assignment mode and the user's rights, as far as the lists depend on them. */
export interface Handing {
  /** Agents do not take chats from the list: routing assigns them. */
  readonly routed: boolean;
  /** The conversations offered to this agent. */
  readonly offered: ReadonlySet<string>;
  /** This user may set the success codes of others' chats. */
  readonly supervises: boolean;
}
export const byHand: Handing = { routed: false, offered: new Set(), supervises: false };

/** The group of a conversation (F38 to F43). An offered chat waits for the agent's answer, whoever owns it. */
export function groupOf(row: Row, me: string, { routed, offered, supervises }: Handing = byHand): GroupName {
  if (row.phase === 'closed')
    return row.awaitingCode && (supervises || row.owner?.id === me) ? 'awaiting' : 'recent';
  if (offered.has(row.id)) return 'waiting';
  if (row.phase === 'active') return row.owner?.id === me ? 'yours' : 'others';
  if (row.type === 'nrt') return 'requests';
  // The visitor left. An unanswered question stays until an agent answers it or three days have passed.
  if (!row.visitor.here) return row.last && sideOf(row.last.by) === 'agent' ? 'recent' : 'unanswered';
  return routed ? 'queue' : 'waiting';
}

/**
 * The groups, each in a stable order: waiting chats by waiting time; own and others' chats by their beginning; chats
 * that await a code by their end; closed chats, latest first.
 */
export function group(rows: Iterable<Row>, me: string, handing: Handing = byHand): Groups {
  const groups: Record<GroupName, Row[]> = {
    ...{ waiting: [], queue: [], requests: [], unanswered: [] },
    ...{ yours: [], awaiting: [], others: [], recent: [] },
  };
  for (const row of rows) groups[groupOf(row, me, handing)].push(row);
  const byStart = (a: Row, b: Row) => a.startedAt - b.startedAt || compare(a.id, b.id);
  for (const name of ['waiting', 'queue', 'requests', 'unanswered'] as const) groups[name].sort(byStart);
  groups.yours.sort(byStart);
  groups.others.sort(byStart);
  groups.awaiting.sort((a, b) => a.changedAt - b.changedAt || compare(a.id, b.id));
  groups.recent.sort((a, b) => b.changedAt - a.changedAt || compare(a.id, b.id));
  return groups;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
