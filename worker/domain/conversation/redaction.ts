/**
 * Decides, in one place, what a visitor may see of a log. Each field is picked, so a new field stays with the agents
 * until it is picked here. Users' ids become aliases, and the path of a photo loses them, and the authors and reasons of assignments, blocks and returns
 * are omitted. Folding redacted entries gives the redacted state, so a visitor's tab may continue the fold (V16).
 */
import type {
  audiences,
  ConversationState,
  Entry,
  EntryKind,
  EntryOf,
  Owner,
  Party,
  Refusal,
} from '#protocol';
import { publicPhoto } from '../people/photos.ts';

/** Replaces a user's id in one conversation: stable there, and meaningless elsewhere. */
export type Alias = (user: string) => string;

/** Owners are numbered in the order of their first assignment. Any other user is number 0. */
export function aliasAmong(owners: ReadonlySet<string>): Alias {
  return (user) => {
    const number = [...owners].indexOf(user) + 1;
    return `usr_${String(number).padStart(26, '0')}`;
  };
}

type VisibleKind = { [K in EntryKind]: (typeof audiences)[K] extends 'all' ? K : never }[EntryKind];
type Pick = { readonly [K in VisibleKind]: (entry: EntryOf<K>, alias: Alias) => EntryOf<K> };

const system: Party = { kind: 'system' };
/** Shown to visitors in place of the real reason of an unassignment. */
const neutral = 'returned';

/** One function per kind that visitors may see (`audiences`); the type checker reports a missing one. */
const picks: Pick = {
  'conversation.started': ({ seq, at, by, kind, campaign, site, page, contact, ordinal, type }, alias) => ({
    ...{ seq, at, by: party(by, alias), kind, campaign: { id: campaign.id, name: campaign.name }, site },
    ...(page && { page }),
    contact: {
      ...(contact.name !== undefined && { name: contact.name }),
      ...(contact.email !== undefined && { email: contact.email }),
    },
    ordinal,
    ...(type && { type }),
  }),
  'message.sent': ({ seq, at, by, kind, id, text }, alias) => ({
    ...{ seq, at, by: party(by, alias), kind, id, text },
  }),
  'agent.assigned': ({ seq, at, kind, agent, generation }, alias) => {
    const shown = owner(agent, alias);
    const by = { kind: shown.kind, id: shown.id, name: shown.name };
    return { seq, at, by, kind, agent: shown, generation, how: 'taken' };
  },
  'agent.unassigned': ({ seq, at, kind, agent, generation }, alias) => {
    const { id, name } = agent;
    const shown = { kind: 'agent', id: alias(id), name } as const;
    return { seq, at, by: system, kind, agent: shown, generation, reason: neutral };
  },
  'conversation.deferred': ({ seq, at, by, kind, id }, alias) => ({
    seq,
    at,
    by: party(by, alias),
    kind,
    id,
  }),
  'visitor.identified': ({ seq, at, by, kind, id, name, email }, alias) => ({
    ...{ seq, at, by: party(by, alias), kind, id },
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
  }),
  'conversation.closed': ({ seq, at, by, kind, id, reason }, alias) => ({
    ...{ seq, at, by: closer(by, reason, alias), kind },
    // The id acknowledges the sender's own command.
    ...(id !== undefined && by.kind === 'visitor' && { id }),
    reason: shownReason(reason),
    ...(reason === 'full' && { full: true }),
  }),
};

/** An entry as a visitor may see it, or null. Entries of an unknown kind are for agents. */
export function entryForVisitor(entry: Entry, alias: Alias): Entry | null {
  const pick = (picks as Partial<Record<string, (entry: never, alias: Alias) => Entry>>)[entry.kind];
  return pick ? pick(entry as never, alias) : null;
}

/** A state as a visitor may see it. */
export function stateForVisitor(state: ConversationState, alias: Alias): ConversationState {
  const { id, head, phase, type, generation, campaign, site, visitor, page, ordinal } = state;
  const { startedAt, assignedAt, firstAssignedAt, firstReplyAt, activeAt, messages } = state;
  const { owner: owned, released, lastMessage, closed } = state;
  return {
    ...{ id, head, phase, type, owner: owned && owner(owned, alias), generation },
    campaign: { id: campaign.id, name: campaign.name },
    released: released && { agent: alias(released.agent), reason: neutral },
    ...{ target: null, site },
    visitor: {
      id: visitor.id,
      ...(visitor.name !== undefined && { name: visitor.name }),
      ...(visitor.email !== undefined && { email: visitor.email }),
      blocked: visitor.blocked,
      here: true,
    },
    ...(page && { page }),
    ...{ ordinal, startedAt, assignedAt, firstAssignedAt, firstReplyAt, activeAt },
    messages: { visitor: messages.visitor, agent: messages.agent },
    lastMessage: lastMessage && {
      ...{ seq: lastMessage.seq, at: lastMessage.at, by: party(lastMessage.by, alias) },
      text: lastMessage.text,
    },
    closed: closed && {
      at: closed.at,
      by: closer(closed.by, closed.reason, alias),
      reason: shownReason(closed.reason),
    },
  };
}

/** A refusal without the user who caused it. */
export function refusalForVisitor({ refused, message, retryAfter, field }: Refusal): Refusal {
  const when = { ...(retryAfter !== undefined && { retryAfter }), ...(field !== undefined && { field }) };
  return { refused, message, ...when };
}

function party(by: Party, alias: Alias): Party {
  if (by.kind === 'agent') return { kind: 'agent', id: alias(by.id), name: by.name };
  return by.kind === 'visitor' ? { kind: 'visitor', id: by.id } : system;
}

function owner(agent: Owner, alias: Alias): Owner {
  const { id, name, photo } = agent;
  return { kind: 'agent', id: alias(id), name, ...(photo !== undefined && { photo: publicPhoto(photo) }) };
}

/** The author of the end; for a block, the system. */
function closer(by: Party, reason: string, alias: Alias): Party {
  return reason === 'blocked' ? system : party(by, alias);
}

/** A widget of an earlier version fails at `full`. It words an end by the system with the reason `agent` as “has ended”. */
function shownReason<R extends string>(reason: R): Exclude<R, 'full'> | 'agent' {
  return reason === 'full' ? 'agent' : (reason as Exclude<R, 'full'>);
}
