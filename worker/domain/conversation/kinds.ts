/**
 * The record of each kind of entry: how it changes the state, and the rules that only the server applies. The type
 * checker demands every field of every kind. `folds` is apart because browsers fold logs: their bundles leave the
 * rules out.
 */
import type { ConversationState, Entry, EntryKind, EntryOf, Handover } from '#protocol';
import { cut } from '../base/text.ts';
import {
  closerForVisitor,
  endForVisitor,
  neutralReason,
  ownerForVisitor,
  partyForVisitor,
  type Alias,
} from './aliases.ts';
import { identified, type GivenCommand } from './commands.ts';
import { plainText } from './format.ts';
import { idOf, sideOf, sides, system, type Side } from './parties.ts';

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
      lastMessage: { seq, at, by, text: cut(plainText(entry.text), lastWordsLength) },
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
  'visitor.left': (state) => ({ ...state, visitor: { ...state.visitor, here: false } }),
  'visitor.returned': (state) => ({ ...state, visitor: { ...state.visitor, here: true } }),
  'visitor.identified': (state, { name, email }) => ({
    ...state,
    visitor: { ...state.visitor, ...(name !== undefined && { name }), ...(email !== undefined && { email }) },
  }),
  'visitor.blocked': (state) => ({ ...state, visitor: { ...state.visitor, blocked: true } }),
  // The owner stays named: a closed conversation was theirs.
  'conversation.closed': (state, { at, by, reason }) => ({
    ...state,
    phase: 'closed',
    closed: { at, by, reason },
    // Visitors do not receive `visitor.blocked`, so this entry marks the visitor as blocked for them.
    ...(reason === 'blocked' && { visitor: { ...state.visitor, blocked: true } }),
  }),
};

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

/** The followers that an entry may concern: the account's floor, the owner's lists, the visitor's record. */
export type Concern = 'floor' | 'owner' | 'visitor';

/** A repeated command is the same only if it would cause the same entry (CMD-7). */
type Answer<E extends Entry> = {
  [T in GivenCommand['t']]: {
    readonly t: T;
    same(entry: E, command: Extract<GivenCommand, { t: T }>): boolean;
  };
}[GivenCommand['t']];

/** The work of the server with a kind of entry, beside the fold. */
interface Rules<E extends Entry> {
  /** The entry as a visitor may see it, each field picked; null: its audience is agents alone. */
  readonly forVisitor: { forVisitor(entry: E, alias: Alias): E }['forVisitor'] | null;
  /** True if the visitor's log shows a notice of it: the widget must have a text for the kind. */
  readonly noticed: boolean;
  readonly concerns: readonly Concern[];
  /** The sides whose typing and preview it ends. */
  readonly silences: readonly Side[] | 'sender';
  /** The command with an id that causes it, if any. */
  readonly answers: Answer<E> | null;
  /** How the owner changed, for the floor's row; null: no news of an owner. `before` reads the entry before it. */
  readonly handover: { handover(entry: E, before: () => Entry | undefined): Handover }['handover'] | null;
}

const rules = {
  'conversation.started': {
    forVisitor: ({ seq, at, by, kind, campaign, site, page, contact, ordinal, type }, alias) => ({
      ...{
        seq,
        at,
        by: partyForVisitor(by, alias),
        kind,
        campaign: { id: campaign.id, name: campaign.name },
        site,
      },
      ...(page && { page }),
      contact: {
        ...(contact.name !== undefined && { name: contact.name }),
        ...(contact.email !== undefined && { email: contact.email }),
      },
      ordinal,
      ...(type && { type }),
    }),
    noticed: false,
    concerns: ['floor'],
    silences: [],
    answers: null,
    handover: null,
  },
  'message.sent': {
    forVisitor: ({ seq, at, by, kind, id, text }, alias) => ({
      ...{ seq, at, by: partyForVisitor(by, alias), kind, id, text },
    }),
    noticed: false,
    concerns: [],
    silences: 'sender',
    answers: { t: 'message.send', same: ({ text }, command) => text === command.text },
    handover: null,
  },
  'agent.assigned': {
    forVisitor: ({ seq, at, kind, agent, generation }, alias) => {
      const shown = ownerForVisitor(agent, alias);
      const by = { kind: shown.kind, id: shown.id, name: shown.name };
      return { seq, at, by, kind, agent: shown, generation, how: 'taken' };
    },
    noticed: true,
    concerns: ['floor', 'owner'],
    silences: ['agent'],
    answers: null,
    handover: ({ seq, how, by }, before) => {
      const cause = before();
      const note = cause?.kind === 'conversation.transferred' ? cause.note : undefined;
      return { seq, how, by, ...(note !== undefined && { note }) };
    },
  },
  'agent.unassigned': {
    forVisitor: ({ seq, at, kind, agent: { id, name }, generation }, alias) => ({
      ...{ seq, at, by: system, kind, agent: { kind: 'agent', id: alias(id), name }, generation },
      reason: neutralReason,
    }),
    noticed: true,
    concerns: ['floor', 'owner'],
    silences: ['agent'],
    answers: { t: 'conversation.return', same: () => true },
    handover: ({ seq, reason, by }) => ({ seq, how: reason, by }),
  },
  'conversation.transferred': {
    forVisitor: null,
    noticed: false,
    concerns: ['floor'],
    silences: [],
    answers: null,
    handover: null,
  },
  'conversation.deferred': {
    forVisitor: ({ seq, at, by, kind, id }, alias) => ({ seq, at, by: partyForVisitor(by, alias), kind, id }),
    noticed: false,
    concerns: ['floor'],
    silences: [],
    answers: { t: 'conversation.defer', same: () => true },
    handover: null,
  },
  'visitor.left': {
    forVisitor: null,
    noticed: false,
    concerns: ['floor'],
    silences: [],
    answers: null,
    handover: null,
  },
  'visitor.returned': {
    forVisitor: null,
    noticed: false,
    concerns: ['floor'],
    silences: [],
    answers: null,
    handover: null,
  },
  'visitor.identified': {
    forVisitor: ({ seq, at, by, kind, id, name, email }, alias) => ({
      ...{ seq, at, by: partyForVisitor(by, alias), kind, id },
      ...(name !== undefined && { name }),
      ...(email !== undefined && { email }),
    }),
    noticed: false,
    concerns: ['floor', 'visitor'],
    silences: [],
    answers: {
      t: 'visitor.identify',
      same: ({ name, email }, command) => {
        const said = identified(command);
        return name === said.name && email === said.email;
      },
    },
    handover: null,
  },
  'visitor.blocked': {
    forVisitor: null,
    noticed: false,
    concerns: ['floor', 'visitor'],
    silences: [],
    answers: { t: 'visitor.block', same: () => true },
    handover: null,
  },
  'conversation.closed': {
    forVisitor: ({ seq, at, by, kind, id, reason }, alias) => ({
      ...{ seq, at, by: closerForVisitor(by, reason, alias), kind },
      // The id acknowledges the sender's own command.
      ...(id !== undefined && sideOf(by) === 'visitor' && { id }),
      reason: endForVisitor(reason),
      ...(reason === 'full' && { full: true }),
    }),
    noticed: true,
    concerns: ['floor', 'owner', 'visitor'],
    silences: sides,
    answers: { t: 'conversation.close', same: () => true },
    handover: null,
  },
} as const satisfies { readonly [K in EntryKind]: Rules<EntryOf<K>> };

/** The rules of an entry's kind; undefined if this version does not know it. */
export function rulesOf({ kind }: Entry): Rules<Entry> | undefined {
  return lineOf<Rules<Entry>>(rules, kind);
}

/** The kinds of which the visitor's log shows a notice. */
export type NoticedKind = {
  [K in EntryKind]: (typeof rules)[K]['noticed'] extends true ? K : never;
}[EntryKind];

/** The commands that some kind of entry answers. Types let a conversation perform no other command with an id. */
export type AnsweredCommand = Extract<
  GivenCommand,
  { t: NonNullable<(typeof rules)[EntryKind]['answers']>['t'] }
>;
