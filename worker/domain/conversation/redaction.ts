/**
 * The parts of a log, a state and a refusal that a visitor may see. Each field is picked, here and in the record of
 * kinds, so a new field stays with the agents until it is picked. Users' ids become aliases, and the authors and
 * reasons of assignments, blocks and returns are omitted. Folding redacted entries gives the redacted state, so a
 * visitor's tab may continue the fold (RED-10).
 */
import type { ConversationState, Entry, Refusal } from '#protocol';
import {
  closerForVisitor,
  endForVisitor,
  neutralReason,
  ownerForVisitor,
  partyForVisitor,
  type Alias,
} from './aliases.ts';
import { rulesOf } from './kinds.ts';

/** An entry as a visitor may see it, or null. Entries of an unknown kind are for agents. */
export function entryForVisitor(entry: Entry, alias: Alias): Entry | null {
  return rulesOf(entry)?.forVisitor?.(entry, alias) ?? null;
}

/** A state as a visitor may see it. */
export function stateForVisitor(state: ConversationState, alias: Alias): ConversationState {
  const { id, head, phase, type, generation, campaign, site, visitor, page, ordinal } = state;
  const { startedAt, assignedAt, firstAssignedAt, firstReplyAt, activeAt, messages } = state;
  const { owner: owned, released, lastMessage, closed, revised } = state;
  return {
    ...{ id, head, phase, type, owner: owned && ownerForVisitor(owned, alias), generation },
    campaign: { id: campaign.id, name: campaign.name },
    released: released && { agent: alias(released.agent), reason: neutralReason },
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
      ...{ seq: lastMessage.seq, at: lastMessage.at, by: partyForVisitor(lastMessage.by, alias) },
      text: lastMessage.text,
      ...(lastMessage.files && {
        files: { count: lastMessage.files.count, name: lastMessage.files.name },
      }),
      ...(lastMessage.deleted && { deleted: true }),
    },
    closed: closed && {
      at: closed.at,
      by: closerForVisitor(closed.by, closed.reason, alias),
      reason: endForVisitor(closed.reason),
    },
    ...(revised?.message !== undefined && { revised: { message: revised.message } }),
  };
}

/** A refusal without the user who caused it. */
export function refusalForVisitor({ refused, message, retryAfter, field }: Refusal): Refusal {
  const when = { ...(retryAfter !== undefined && { retryAfter }), ...(field !== undefined && { field }) };
  return { refused, message, ...when };
}
