/**
 * Entries: a conversation is a log of them. An entry is something that happened; it never changes. New kinds may be
 * added: a reader passes over an unknown kind and keeps its `seq`. kinds.ts in `#domain` has the rules of each kind.
 */
import * as v from 'valibot';
import { CampaignId, CodeId, CommandId, ResponseId, SiteId, UserId } from '../base/ids.ts';
import { FileInfo } from '../files/files.ts';
import { ConversationType, TargetCampaign, TargetGroup } from '../routing/routing.ts';
import { AgentParty, Owner, Party } from './parties.ts';

const base = {
  /** 1, 2, 3 … without gaps. */
  seq: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** When the server wrote it, in UTC milliseconds. For display only: `seq` is the order. */
  at: v.number(),
  by: Party,
};
/** The id of the command that caused the entry, if a client gave one. */
const id = CommandId;
const generation = v.pipe(v.number(), v.integer(), v.minValue(1));

/** The first entry of every log. `page` is the page that the visitor was on. */
export const ConversationStarted = v.object({
  ...base,
  kind: v.literal('conversation.started'),
  campaign: v.object({ id: CampaignId, name: v.string() }),
  site: SiteId,
  page: v.optional(v.object({ url: v.string(), title: v.string() })),
  contact: v.object({ name: v.optional(v.string()), email: v.optional(v.string()) }),
  /** The number of the conversation among those of this visitor, from 1. */
  ordinal: v.number(),
  /** Absent: `live`. */
  type: v.optional(ConversationType),
});
const seq = base.seq;
/**
 * How a reader without the right to originals receives a revised message: `text` is the present one, and empty if it
 * was deleted. The log itself keeps the original, without these fields (revisions.ts in `#domain`).
 */
const revised = {
  /** When the text was last edited, in UTC milliseconds. */
  edited: v.optional(v.number()),
  deleted: v.optional(v.literal(true)),
};
/**
 * `quote`: the seq of the earlier message that this one answers. `canned`: the canned responses that an agent made it
 * from, for agents only.
 */
export const MessageSent = v.object({
  ...base,
  kind: v.literal('message.sent'),
  id,
  text: v.string(),
  quote: v.optional(seq),
  canned: v.optional(v.array(ResponseId)),
  /** Without those of a deleted message, for readers without the right to originals. */
  files: v.optional(v.array(FileInfo)),
  ...revised,
});
const RevisedKind = v.picklist(['message', 'note']);
/**
 * The text of the entry at `target` was replaced. Readers without the right to originals receive the present text in
 * every earlier edit of the same target too.
 */
export const MessageEdited = v.object({
  ...base,
  kind: v.literal('message.edited'),
  id,
  target: seq,
  of: RevisedKind,
  text: v.string(),
});
export const MessageDeleted = v.object({
  ...base,
  kind: v.literal('message.deleted'),
  id,
  target: seq,
  of: RevisedKind,
});
/** An automatic text of the campaign, in the words of that time. In no count and no statistic. */
export const AutomaticSent = v.object({
  ...base,
  kind: v.literal('automatic.sent'),
  moment: v.picklist(['opening', 'closing']),
  text: v.string(),
});
/** A colleague whom a note mentions, by the name of that time. */
export const Mention = v.object({ id: UserId, name: v.string() });
export type Mention = v.InferOutput<typeof Mention>;
/** A private note: for agents only. `closing`: it was written at the end. */
export const NoteAdded = v.object({
  ...base,
  kind: v.literal('note.added'),
  id: v.optional(CommandId),
  text: v.string(),
  mentions: v.optional(v.array(Mention)),
  closing: v.optional(v.literal(true)),
  ...revised,
});
/** The owner moved the conversation on by hand. */
export const StageChanged = v.object({
  ...base,
  kind: v.literal('stage.changed'),
  id,
  stage: v.literal('in_progress'),
});
/** A success code of the campaign, by its title of that time. */
export const SuccessCode = v.object({ id: CodeId, title: v.string() });
export type SuccessCode = v.InferOutput<typeof SuccessCode>;
/** The conversation's success codes are these now. */
export const CodesChanged = v.object({
  ...base,
  kind: v.literal('codes.changed'),
  id: v.optional(CommandId),
  codes: v.array(SuccessCode),
});
/** How an agent became the owner. */
export const AssignedHow = v.picklist(['taken', 'offered', 'routed', 'transferred', 'assigned']);
/** Why an agent is no longer the owner. */
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
  /**
   * In the order of `AssignedHow`: taken from the list, accepted as an offer, without being asked, by a colleague, by
   * a supervisor.
   */
  how: AssignedHow,
});
/** The conversation has lost its owner. It waits again, at the position of its age. */
export const AgentUnassigned = v.object({
  ...base,
  kind: v.literal('agent.unassigned'),
  agent: AgentParty,
  generation,
  /**
   * `no_reply`: the agent did not write in time. `transferred`: to a group or a campaign, which the entry before
   * names.
   */
  reason: UnassignedReason,
  id: v.optional(CommandId),
});
/** A user transferred the conversation. The change of owner that this causes is the next entry. */
export const ConversationTransferred = v.object({
  ...base,
  kind: v.literal('conversation.transferred'),
  to: v.variant('kind', [AgentParty, TargetGroup, TargetCampaign]),
  note: v.optional(v.string()),
});
/** The visitor no longer waits, and is to be answered later. */
export const ConversationDeferred = v.object({ ...base, kind: v.literal('conversation.deferred'), id });
/** The visitor waits for an agent again, after `conversation.deferred` or a question left for later. */
export const ConversationResumed = v.object({ ...base, kind: v.literal('conversation.resumed'), id });
/** The visitor's last tab was closed, and none was opened within the grace period. */
export const VisitorLeft = v.object({ ...base, kind: v.literal('visitor.left') });
export const VisitorReturned = v.object({ ...base, kind: v.literal('visitor.returned') });
/** The visitor gave a name or an email, unproved. An absent field is unchanged. */
export const VisitorIdentified = v.object({
  ...base,
  kind: v.literal('visitor.identified'),
  id,
  name: v.optional(v.string()),
  email: v.optional(v.string()),
});
export const VisitorBlocked = v.object({ ...base, kind: v.literal('visitor.blocked'), id });
/** The end. Only notes, codes and revisions can follow it. */
export const ConversationClosed = v.object({
  ...base,
  kind: v.literal('conversation.closed'),
  id: v.optional(CommandId),
  /** `full`: the log has reached its greatest size. */
  reason: v.picklist(['visitor', 'agent', 'idle', 'blocked', 'full']),
  /** For visitors: the reason is `full`. Their earlier clients do not know that reason, so they receive another. */
  full: v.optional(v.literal(true)),
  /** For agents: the campaign demands a success code, and none was chosen. */
  awaitingCode: v.optional(v.literal(true)),
});

export const Entry = v.variant('kind', [
  ConversationStarted,
  MessageSent,
  AgentAssigned,
  AgentUnassigned,
  ConversationTransferred,
  ConversationDeferred,
  ConversationResumed,
  VisitorLeft,
  VisitorReturned,
  VisitorIdentified,
  VisitorBlocked,
  ConversationClosed,
  MessageEdited,
  MessageDeleted,
  AutomaticSent,
  NoteAdded,
  StageChanged,
  CodesChanged,
]);
export type Entry = v.InferOutput<typeof Entry>;
export type EntryKind = Entry['kind'];
export type EntryOf<K extends EntryKind> = Extract<Entry, { kind: K }>;

/** An entry before the log has numbered and dated it. */
export type Draft = Entry extends infer E ? (E extends Entry ? Omit<E, 'seq' | 'at'> : never) : never;
