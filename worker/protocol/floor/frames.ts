/**
 * The frames of the two sockets that a workspace tab keeps beside its open conversations: its agent's, and the
 * floor's.
 */
import * as v from 'valibot';
import { CampaignId, CommandId, ConversationId, FileId, ForumId, UserId } from '../base/ids.ts';
import { maxFilesOfMessage, maxMentions } from '../base/limits.ts';
import { cleanName, DraftText, Name } from '../base/text.ts';
import { AssignedHow, Mention, UnassignedReason } from '../conversation/entries.ts';
import { Refused } from '../conversation/frames.ts';
import { AgentParty, Party } from '../conversation/parties.ts';
import { LastMessage, Phase, Summary } from '../conversation/state.ts';
import { FileInfo } from '../files/files.ts';
import { Limit } from '../people/people.ts';
import { Role } from '../people/roles.ts';
import { Status } from '../people/statuses.ts';
import { Assignment, ConversationType, MissedLimit, Offer, Outcome, Target } from '../routing/routing.ts';

/* The agent's socket: /api/agent/socket. */

/** `base`: the version that the text was typed over, 0 if there was none. Absent: replaces any (an earlier client). */
const base = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)));
/** The complete uploads of a reply that is not sent yet, in order. */
const DraftFiles = v.pipe(
  v.array(FileId),
  v.maxLength(maxFilesOfMessage),
  v.check((ids) => new Set(ids).size === ids.length, 'repeated'),
);
/** Stores the unsent reply to a conversation; one without text and files is deleted. */
export const SaveDraft = v.strictObject({
  t: v.literal('draft.save'),
  conversation: ConversationId,
  text: DraftText,
  /** Absent from an earlier client: a text keeps the stored files, and an empty one deletes them too. */
  files: v.optional(DraftFiles),
  base,
});
const DraftMention = v.strictObject({ id: UserId, name: v.pipe(Name, v.transform(cleanName)) });
/** Stores the unsent note. It has a frame of its own, so that no client takes it for a reply. */
export const SaveNoteDraft = v.strictObject({
  t: v.literal('note.draft.save'),
  conversation: ConversationId,
  text: DraftText,
  /** The colleagues whom it mentions so far. */
  mentions: v.optional(v.pipe(v.array(DraftMention), v.maxLength(maxMentions))),
  base,
});
export const SetStatus = v.strictObject({ t: v.literal('status.set'), id: CommandId, status: Status });
/** The user has seen the notes of a conversation that mention them, up to this seq. */
export const SeeMentions = v.strictObject({
  t: v.literal('mentions.see'),
  conversation: ConversationId,
  upTo: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER)),
});
export const AgentClientFrame = v.variant('t', [SaveDraft, SaveNoteDraft, SetStatus, SeeMentions]);
export type AgentClientFrame = v.InferOutput<typeof AgentClientFrame>;

/** A note that mentions the user. */
export const Mentioned = v.object({
  conversation: ConversationId,
  /** The seq of the note. */
  seq: v.number(),
  at: v.number(),
  by: AgentParty,
  visitor: v.object({ id: v.string(), name: v.optional(v.string()) }),
  /** The start of the note. */
  text: v.string(),
  seen: v.optional(v.literal(true)),
});
export type Mentioned = v.InferOutput<typeof Mentioned>;

const DraftVersion = v.number();
/** An unsent note as it is stored. */
export const NoteDraftText = v.object({
  text: v.string(),
  mentions: v.optional(v.array(Mention)),
  version: DraftVersion,
});
export type NoteDraftText = v.InferOutput<typeof NoteDraftText>;

/** The first frame: everything that the tab's lists need. Sent again after every reconnect. */
export const AgentWelcome = v.object({
  t: v.literal('agent.welcome'),
  status: Status,
  /** Start of the status. */
  since: v.number(),
  /** The conversations that the agent owns; none while they are offline. */
  summaries: v.array(Summary),
  /** The texts of the unsent replies; empty for one that has only files. */
  drafts: v.record(ConversationId, v.string()),
  /** Their versions, by conversation. Absent if there are none. */
  draftVersions: v.optional(v.record(ConversationId, v.number())),
  /** Their files, by conversation. Absent if there are none. */
  draftFiles: v.optional(v.record(ConversationId, v.array(FileInfo))),
  /** The unsent notes, by conversation. Absent if there are none. */
  noteDrafts: v.optional(v.record(ConversationId, NoteDraftText)),
  /** The notes that mention the user, in the order of time. Absent if there are none, and while they are offline. */
  mentions: v.optional(v.array(Mentioned)),
});
export type AgentWelcome = v.InferOutput<typeof AgentWelcome>;
/** A note mentions the user, or such a note was edited. */
export const MentionFrame = v.object({ t: v.literal('mention'), mention: Mentioned });
/** A note that mentioned the user was deleted. */
export const MentionGone = v.object({
  t: v.literal('mention.gone'),
  conversation: ConversationId,
  seq: v.number(),
});
/** The user has seen the mentions of a conversation up to this seq, in this tab or another. */
export const MentionsSeen = v.object({
  t: v.literal('mentions.seen'),
  conversation: ConversationId,
  upTo: v.number(),
});
/** One of the agent's conversations has changed, or the agent has become its owner. */
export const SummaryFrame = v.object({ t: v.literal('summary'), summary: Summary });
/** The agent no longer owns a conversation. */
export const SummaryGone = v.object({ t: v.literal('summary.gone'), conversation: ConversationId });
/** Another tab has saved a reply, or it is gone: an empty text, and no files. */
export const DraftFrame = v.object({
  t: v.literal('draft'),
  conversation: ConversationId,
  text: v.string(),
  files: v.optional(v.array(FileInfo)),
  /** Absent from a server of an earlier version, and of a draft that is gone. */
  version: v.optional(DraftVersion),
  /** It is gone because its chat has ended: what a tab has typed since is dropped too. */
  ended: v.optional(v.literal(true)),
});
/** The same of a note. */
export const NoteDraftFrame = v.object({
  t: v.literal('note.draft'),
  conversation: ConversationId,
  ...NoteDraftText.entries,
  version: v.optional(DraftVersion),
});
export const DraftOf = v.picklist(['reply', 'note']);
export type DraftOf = v.InferOutput<typeof DraftOf>;
/** This tab's draft is stored under this version; of an empty one null. */
export const DraftSaved = v.object({
  t: v.literal('draft.saved'),
  conversation: ConversationId,
  of: DraftOf,
  version: v.nullable(DraftVersion),
});
/**
 * This tab's draft was not stored: another tab has changed it since `base`. The text is the stored one; to replace it,
 * the tab saves again with this version as `base`.
 */
export const DraftConflict = v.object({
  t: v.literal('draft.conflict'),
  conversation: ConversationId,
  of: DraftOf,
  ...NoteDraftText.entries,
  /** Of a reply. */
  files: v.optional(v.array(FileInfo)),
});
export type DraftConflict = v.InferOutput<typeof DraftConflict>;
/**
 * Why the system changed a status: the last conversation has ended, too many offers were missed, or the account has
 * switched the status off.
 */
export const Correction = v.picklist(['empty', 'missed', 'switched_off']);
export type Correction = v.InferOutput<typeof Correction>;
/** The agent's status has changed. */
export const StatusFrame = v.object({
  t: v.literal('status'),
  status: Status,
  since: v.number(),
  why: v.optional(Correction),
  /** The user who chose it, if it was not the agent. */
  by: v.optional(v.object({ id: UserId, name: v.string() })),
});
export type StatusFrame = v.InferOutput<typeof StatusFrame>;
export const AgentServerFrame = v.variant('t', [
  AgentWelcome,
  SummaryFrame,
  SummaryGone,
  DraftFrame,
  NoteDraftFrame,
  DraftSaved,
  DraftConflict,
  StatusFrame,
  MentionFrame,
  MentionGone,
  MentionsSeen,
  Refused,
]);
export type AgentServerFrame = v.InferOutput<typeof AgentServerFrame>;

/* The floor's socket: /api/floor/socket. The client sends nothing on it but ping. */

/** How the owner got or lost the conversation, by whom, and with which note. */
export const Handover = v.object({
  /** The seq of its entry. */
  seq: v.number(),
  how: v.union([AssignedHow, UnassignedReason]),
  by: Party,
  /** For agents only. */
  note: v.optional(v.string()),
});
export type Handover = v.InferOutput<typeof Handover>;

/**
 * A conversation on the floor. Changes of state and owner are sent at once, last messages about once a second (FLR-7).
 */
export const FloorRow = v.object({
  id: ConversationId,
  seq: v.number(),
  phase: Phase,
  type: ConversationType,
  owner: v.nullable(AgentParty),
  generation: v.number(),
  campaign: v.object({ id: CampaignId, name: v.string() }),
  target: v.nullable(Target),
  released: v.nullable(v.object({ agent: UserId, reason: v.string() })),
  visitor: v.object({ id: v.string(), name: v.optional(v.string()), here: v.boolean() }),
  /** The start of the visitor's first message. */
  opening: v.string(),
  /** The last message; absent in rows of earlier versions. */
  last: v.optional(v.nullable(LastMessage)),
  handed: v.optional(v.nullable(Handover)),
  /** How often it was passed on because its agent did not reply in time; absent if never. */
  passes: v.optional(v.number()),
  /** It has ended, and a success code is still required. */
  awaitingCode: v.optional(v.literal(true)),
  startedAt: v.number(),
  /** When it last changed state or owner; of a closed one, when it ended. */
  changedAt: v.number(),
});
export type FloorRow = v.InferOutput<typeof FloorRow>;

export const FloorAgent = v.object({
  id: UserId,
  /** The user's name, which colleagues see. */
  name: v.string(),
  /** The name that visitors see, if it is another. */
  nickname: v.optional(v.string()),
  /** The path of their photo. */
  photo: v.optional(v.string()),
  status: Status,
  /** Start of the status. */
  since: v.number(),
  connected: v.boolean(),
  roles: v.array(Role),
  /** The conversations that they own, and those offered to them. */
  load: v.object({ live: v.number(), nrt: v.number() }),
  limits: v.object({ live: Limit, nrt: Limit }),
});
export type FloorAgent = v.InferOutput<typeof FloorAgent>;

/** The account's rules that a workspace needs. */
export const FloorRules = v.object({
  assignment: Assignment,
  missedLimit: MissedLimit,
  offlineProcessing: v.boolean(),
});
export type FloorRules = v.InferOutput<typeof FloorRules>;

/**
 * The whole floor: open conversations, the latest closed ones, and the present agents. The first frame; sent again
 * when everything may have changed.
 */
export const FloorSnapshot = v.object({
  t: v.literal('floor'),
  /** The server's clock, by which the end of an offer is measured. */
  now: v.number(),
  rules: FloorRules,
  /** Offers to and by the user; for a supervisor, all offers. */
  offers: v.array(Offer),
  rows: v.array(FloorRow),
  agents: v.array(FloorAgent),
});
export type FloorSnapshot = v.InferOutput<typeof FloorSnapshot>;
/** The last message of a conversation. */
export const Words = v.object({ id: ConversationId, last: LastMessage });
export type Words = v.InferOutput<typeof Words>;
/** The changes since the previous frame. */
export const FloorChange = v.object({
  t: v.literal('floor.changed'),
  rows: v.array(FloorRow),
  /** Last messages of rows that are otherwise unchanged. */
  words: v.optional(v.array(Words)),
  /** Rows that the agent may no longer see. */
  gone: v.optional(v.array(ConversationId)),
  agents: v.array(FloorAgent),
  /** Agents whose user was deleted. After a restore, `agents` contains them again. */
  left: v.optional(v.array(UserId)),
});
/**
 * Offers that have begun, and those that have ended, with their outcomes. Sent without delay to the agents concerned.
 */
export const OffersFrame = v.object({
  t: v.literal('offers'),
  now: v.number(),
  offers: v.array(Offer),
  over: v.array(v.object({ ...Offer.entries, outcome: Outcome })),
});
export type OffersFrame = v.InferOutput<typeof OffersFrame>;
/**
 * A conversation's owner changed: sent at once to the previous and the new owner, even for a conversation that they
 * may not see.
 */
export const HandedFrame = v.object({
  t: v.literal('handed'),
  conversation: ConversationId,
  generation: v.number(),
  visitor: v.object({ id: v.string(), name: v.optional(v.string()) }),
  from: v.nullable(AgentParty),
  to: v.nullable(AgentParty),
  /** The target of a transfer to a queue. */
  target: v.nullable(Target),
  handed: Handover,
});
export type HandedFrame = v.InferOutput<typeof HandedFrame>;
/** A forum has a new version, or is gone (null). An own forum's is sent to its user alone. */
export const ForumChanged = v.object({
  t: v.literal('forum.changed'),
  forum: ForumId,
  version: v.nullable(v.number()),
});
export type ForumChanged = v.InferOutput<typeof ForumChanged>;
export const FloorServerFrame = v.variant('t', [
  FloorSnapshot,
  FloorChange,
  OffersFrame,
  HandedFrame,
  ForumChanged,
]);
export type FloorServerFrame = v.InferOutput<typeof FloorServerFrame>;
