/**
 * How each kind of entry changes the state of its conversation. Apart from the other rules of the kinds, because
 * browsers fold logs: their bundles leave those rules out. The type checker demands a fold of every kind.
 */
import type { ConversationState, Entry, EntryKind, EntryOf } from '#protocol';
import { cut } from '../base/text.ts';
import { idOf, sideOf } from './parties.ts';

/** How much of a message a state and a floor row carry, in code points. */
export const lastWordsLength = 160;

/**
 * The line of a table for a kind of entry; undefined if the table has none. The only code that meets an unknown kind:
 * an older client must not fail at the log of a newer server.
 */
export function lineOf<T>(table: { readonly [K in EntryKind]?: T }, kind: string): T | undefined {
  return (table as Partial<Record<string, T>>)[kind];
}

/** Declared as a method, so that the line of one kind fits a look-up by any entry's kind. */
type Fold<E extends Entry> = { fold(state: ConversationState, entry: E): ConversationState }['fold'];

/** How an entry changes a state whose head is the entry already. A fold never changes the given state in place. */
const folds: { readonly [K in EntryKind]: Fold<EntryOf<K>> } = {
  'conversation.started': (state, entry) => begin(state.id, entry),
  'message.sent': (state, entry) => {
    const { seq, at, by } = entry;
    const side = sideOf(by);
    return {
      ...state,
      activeAt: at,
      lastMessage: {
        ...{ seq, at, by, text: cut(entry.text, lastWordsLength) },
        ...(entry.files?.[0] && { files: { count: entry.files.length, name: entry.files[0].name } }),
        ...(entry.deleted && { deleted: true }),
      },
      ...(side && { messages: { ...state.messages, [side]: state.messages[side] + 1 } }),
      ...(side === 'agent' && { firstReplyAt: state.firstReplyAt ?? at }),
    };
  },
  'agent.assigned': (state, { at, agent, generation }) => ({
    ...state,
    phase: 'active',
    owner: agent,
    target: null,
    released: null,
    generation,
    assignedAt: at,
    firstAssignedAt: state.firstAssignedAt ?? at,
    activeAt: at,
  }),
  'agent.unassigned': (state, { at, agent, reason }) => ({
    ...state,
    phase: 'waiting',
    released: { agent: agent.id, reason },
    owner: null,
    assignedAt: null,
    activeAt: at,
  }),
  'conversation.transferred': (state, { to }) => ({ ...state, target: to.kind === 'agent' ? null : to }),
  'conversation.deferred': (state) => ({ ...state, type: 'nrt' }),
  'conversation.resumed': (state) => ({ ...state, type: 'live' }),
  'visitor.left': (state) => ({ ...state, visitor: { ...state.visitor, here: false } }),
  'visitor.returned': (state) => ({ ...state, visitor: { ...state.visitor, here: true } }),
  'visitor.identified': (state, { name, email }) => ({
    ...state,
    visitor: { ...state.visitor, ...(name !== undefined && { name }), ...(email !== undefined && { email }) },
  }),
  'visitor.blocked': (state) => ({ ...state, visitor: { ...state.visitor, blocked: true } }),
  // The owner stays named: a closed conversation was theirs.
  'conversation.closed': (state, { at, by, reason, awaitingCode }) => ({
    ...state,
    phase: 'closed',
    closed: { at, by, reason },
    // Visitors do not receive `visitor.blocked`, so this entry marks the visitor as blocked for them.
    ...(reason === 'blocked' && { visitor: { ...state.visitor, blocked: true } }),
    ...(awaitingCode && { awaitingCode }),
  }),
  'message.edited': (state, entry) => {
    const last = state.lastMessage;
    return {
      ...revisedAt(state, entry),
      ...(last?.seq === entry.target &&
        !last.deleted && { lastMessage: { ...last, text: cut(entry.text, lastWordsLength) } }),
    };
  },
  'message.deleted': (state, entry) => {
    const last = state.lastMessage;
    if (last?.seq !== entry.target) return revisedAt(state, entry);
    const { seq, at, by } = last;
    return { ...revisedAt(state, entry), lastMessage: { seq, at, by, text: '', deleted: true } };
  },
  'automatic.sent': (state) => state,
  'note.added': (state, { mentions = [] }) => {
    const fresh = mentions.map(({ id }) => id).filter((id) => !state.mentioned?.includes(id));
    return fresh.length === 0
      ? state
      : { ...state, mentioned: [...new Set([...(state.mentioned ?? []), ...fresh])] };
  },
  'stage.changed': (state, { at }) => ({ ...state, inProgressAt: at }),
  'codes.changed': (state, { codes }) => {
    const { awaitingCode, ...rest } = state;
    return { ...rest, codes, ...(awaitingCode && codes.length === 0 && { awaitingCode }) };
  },
};

/** Records the seq of a revision. */
function revisedAt(
  state: ConversationState,
  { seq, of }: EntryOf<'message.edited'> | EntryOf<'message.deleted'>,
): ConversationState {
  return { ...state, revised: { ...state.revised, [of]: seq } };
}

/** How entries of this kind change a state; undefined if this version does not know the kind. */
export function foldOf({ kind }: Entry): Fold<Entry> | undefined {
  return lineOf<Fold<Entry>>(folds, kind);
}

/** Whether this version knows the kind of an entry. */
export function isKnown(entry: Entry): boolean {
  return foldOf(entry) !== undefined;
}

/** The state that the first entry makes. `by` of a first entry is always the visitor. */
export function begin(id: string, entry: EntryOf<'conversation.started'>): ConversationState {
  return {
    id,
    head: entry.seq,
    phase: 'waiting',
    type: entry.type ?? 'live',
    owner: null,
    generation: 0,
    campaign: entry.campaign,
    target: null,
    released: null,
    site: entry.site,
    visitor: { id: idOf(entry.by), ...entry.contact, blocked: false, here: true },
    ...(entry.page && { page: entry.page }),
    ordinal: entry.ordinal,
    startedAt: entry.at,
    assignedAt: null,
    firstAssignedAt: null,
    firstReplyAt: null,
    activeAt: entry.at,
    messages: { visitor: 0, agent: 0 },
    lastMessage: null,
    closed: null,
  };
}
