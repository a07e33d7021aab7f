/**
 * Entries: what the log of a conversation is made of. An entry is something that happened; it never changes. New kinds may be
 * added: a reader passes over a kind that it does not know and keeps its `seq`. kinds.ts in `#domain` has the rules of each kind.
 */
import * as v from 'valibot';
import { CampaignId, CommandId, SiteId } from '../base/ids.ts';
import { ConversationType, TargetCampaign, TargetGroup } from '../routing/routing.ts';
import { AgentParty, Owner, Party } from './parties.ts';

const base = {
  /** 1, 2, 3 … without gaps. */
  seq: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** When the server wrote it, UTC milliseconds. For showing; the order is `seq`'s. */
  at: v.number(),
  by: Party,
};
/** The id of the command that caused the entry, where a client gave one. */
const id = CommandId;
const generation = v.pipe(v.number(), v.integer(), v.minValue(1));

/** The first entry of every log. `page` is where the visitor was; `previous` the conversation before it, by the same visitor. */
export const ConversationStarted = v.object({
  ...base,
  kind: v.literal('conversation.started'),
  campaign: v.object({ id: CampaignId, name: v.string() }),
  site: SiteId,
  page: v.optional(v.object({ url: v.string(), title: v.string() })),
  contact: v.object({ name: v.optional(v.string()), email: v.optional(v.string()) }),
  /** Which conversation of this visitor it is, from 1. */
  ordinal: v.number(),
  /** Without it live. */
  type: v.optional(ConversationType),
});
export const MessageSent = v.object({ ...base, kind: v.literal('message.sent'), id, text: v.string() });
/** How an agent became the owner. */
export const AssignedHow = v.picklist(['taken', 'offered', 'routed', 'transferred', 'assigned']);
/** Why an agent is the owner no more. */
export const UnassignedReason = v.picklist([
  'returned',
  'vanished',
  'signed_out',
  'offline',
  'no_reply',
  'transferred',
]);

/** An agent became the owner. Each change of owner raises the generation. */
export const AgentAssigned = v.object({
  ...base,
  kind: v.literal('agent.assigned'),
  agent: Owner,
  generation,
  /** By hand from the list, on an offer, without being asked, by a colleague, by a supervisor. */
  how: AssignedHow,
});
/** The owner is the owner no more; the conversation waits again, in its old place by age. */
export const AgentUnassigned = v.object({
  ...base,
  kind: v.literal('agent.unassigned'),
  agent: AgentParty,
  generation,
  /** `no_reply`: they did not write in time. `transferred`: to a group or a campaign, as the entry before says. */
  reason: UnassignedReason,
  id: v.optional(CommandId),
});
/** Somebody passed it on: the change of owner that it causes comes right after it. */
export const ConversationTransferred = v.object({
  ...base,
  kind: v.literal('conversation.transferred'),
  to: v.variant('kind', [AgentParty, TargetGroup, TargetCampaign]),
  note: v.optional(v.string()),
});
/** The visitor waits no longer, and wants to be answered later. */
export const ConversationDeferred = v.object({ ...base, kind: v.literal('conversation.deferred'), id });
/** The visitor's last tab went, and did not come back within the grace. */
export const VisitorLeft = v.object({ ...base, kind: v.literal('visitor.left') });
export const VisitorReturned = v.object({ ...base, kind: v.literal('visitor.returned') });
/** The visitor said who they are; unproved. Only the fields that are there changed. */
export const VisitorIdentified = v.object({
  ...base,
  kind: v.literal('visitor.identified'),
  id,
  name: v.optional(v.string()),
  email: v.optional(v.string()),
});
export const VisitorBlocked = v.object({ ...base, kind: v.literal('visitor.blocked'), id });
/** The end. Nothing follows it but what only agents see. */
export const ConversationClosed = v.object({
  ...base,
  kind: v.literal('conversation.closed'),
  id: v.optional(CommandId),
  /** `full`: the log has reached its greatest size. */
  reason: v.picklist(['visitor', 'agent', 'idle', 'blocked', 'full']),
  /** To visitors, whose earlier clients know no `full`: the log has reached its greatest size. */
  full: v.optional(v.literal(true)),
});

export const Entry = v.variant('kind', [
  ConversationStarted,
  MessageSent,
  AgentAssigned,
  AgentUnassigned,
  ConversationTransferred,
  ConversationDeferred,
  VisitorLeft,
  VisitorReturned,
  VisitorIdentified,
  VisitorBlocked,
  ConversationClosed,
]);
export type Entry = v.InferOutput<typeof Entry>;
export type EntryKind = Entry['kind'];
export type EntryOf<K extends EntryKind> = Extract<Entry, { kind: K }>;

/** An entry before the log has numbered and dated it. */
export type Draft = Entry extends infer E ? (E extends Entry ? Omit<E, 'seq' | 'at'> : never) : never;
