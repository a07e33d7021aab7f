/**
 * The record of each kind of entry: the rules that only the server applies. folds.ts has what browsers apply too. The
 * type checker demands every field of every kind.
 */
import type { Entry, EntryKind, EntryOf, FileInfo, Handover } from '#protocol';
import {
  closerForVisitor,
  endForVisitor,
  neutralReason,
  ownerForVisitor,
  partyForVisitor,
  type Alias,
} from './aliases.ts';
import { identified, type GivenCommand } from './commands.ts';
import { lineOf } from './folds.ts';
import { sideOf, sides, system, type Side } from './parties.ts';

/**
 * The followers that an entry may concern: the account's floor, the owner's lists, the visitor's record, the colleagues
 * whom notes mention.
 */
export type Concern = 'floor' | 'owner' | 'visitor' | 'mentions';

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
  readonly forVisitor: { forVisitor(entry: E, alias: Alias): E | null }['forVisitor'] | null;
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
    forVisitor: ({ seq, at, by, kind, id, text, quote, files, edited, deleted }, alias) => ({
      ...{ seq, at, by: partyForVisitor(by, alias), kind, id, text },
      ...(quote !== undefined && { quote }),
      ...(files && { files: files.map(fileForVisitor) }),
      ...(edited !== undefined && { edited }),
      ...(deleted && { deleted }),
    }),
    noticed: false,
    concerns: [],
    silences: 'sender',
    answers: {
      t: 'message.send',
      same: ({ text, quote, files = [] }, command) =>
        text === command.text && quote === command.quote && sameIds(files, command.files ?? []),
    },
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
  'conversation.resumed': {
    forVisitor: ({ seq, at, by, kind, id }, alias) => ({ seq, at, by: partyForVisitor(by, alias), kind, id }),
    noticed: false,
    concerns: ['floor'],
    silences: [],
    answers: { t: 'conversation.resume', same: () => true },
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
  'message.edited': {
    forVisitor: ({ seq, at, by, kind, id, target, of, text }, alias) =>
      of === 'note' ? null : { seq, at, by: partyForVisitor(by, alias), kind, id, target, of, text },
    noticed: false,
    concerns: ['floor', 'owner', 'mentions'],
    silences: [],
    answers: {
      t: 'message.edit',
      same: ({ target, text }, command) => target === command.target && text === command.text,
    },
    handover: null,
  },
  'message.deleted': {
    forVisitor: ({ seq, at, by, kind, id, target, of }, alias) =>
      of === 'note' ? null : { seq, at, by: partyForVisitor(by, alias), kind, id, target, of },
    noticed: false,
    concerns: ['floor', 'owner', 'mentions'],
    silences: [],
    answers: { t: 'message.delete', same: ({ target }, command) => target === command.target },
    handover: null,
  },
  'automatic.sent': {
    forVisitor: ({ seq, at, kind, moment, text }) => ({ seq, at, by: system, kind, moment, text }),
    noticed: false,
    concerns: [],
    silences: [],
    answers: null,
    handover: null,
  },
  'note.added': {
    forVisitor: null,
    noticed: false,
    concerns: ['mentions'],
    silences: [],
    answers: {
      t: 'note.add',
      same: ({ text, mentions = [] }, command) =>
        text === command.text &&
        sameIds(
          mentions,
          (command.mentions ?? []).map(({ id }) => id),
        ),
    },
    handover: null,
  },
  'stage.changed': {
    forVisitor: null,
    noticed: false,
    concerns: ['floor', 'owner'],
    silences: [],
    answers: { t: 'stage.set', same: ({ stage }, command) => stage === command.stage },
    handover: null,
  },
  'codes.changed': {
    forVisitor: null,
    noticed: false,
    concerns: ['floor', 'owner'],
    silences: [],
    answers: { t: 'codes.set', same: ({ codes }, command) => sameIds(codes, command.codes) },
    handover: null,
  },
} as const satisfies { readonly [K in EntryKind]: Rules<EntryOf<K>> };

function fileForVisitor({ id, name, type, size, sha256, width, height, thumbnail }: FileInfo): FileInfo {
  return {
    ...{ id, name, type, size, sha256 },
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(thumbnail && { thumbnail: { width: thumbnail.width, height: thumbnail.height } }),
  };
}

function sameIds(have: readonly { readonly id: string }[], asked: readonly string[]): boolean {
  return have.map(({ id }) => id).join() === asked.join();
}

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
