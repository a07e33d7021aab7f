/** The frames of the two sockets that a workspace tab keeps beside its open conversations: its agent's, and the floor's. */
import * as v from 'valibot';
import { CampaignId, CommandId, ConversationId, UserId } from './ids.ts';
import { AgentParty, Status } from './parties.ts';
import { Refused } from './conversation-frames.ts';
import { Phase, Summary } from './state.ts';
import { DraftText } from './text.ts';

/* The agent's socket: /api/agent/socket. */

export const SaveDraft = v.strictObject({
  t: v.literal('draft.save'),
  conversation: ConversationId,
  text: DraftText,
});
export const SetStatus = v.strictObject({ t: v.literal('status.set'), id: CommandId, status: Status });
export const AgentClientFrame = v.variant('t', [SaveDraft, SetStatus]);
export type AgentClientFrame = v.InferOutput<typeof AgentClientFrame>;

/** The first frame: everything that the tab's lists need. Sent again whole after every reconnect. */
export const AgentWelcome = v.object({
  t: v.literal('agent.welcome'),
  status: Status,
  /** The conversations that the agent owns. */
  summaries: v.array(Summary),
  drafts: v.record(ConversationId, v.string()),
});
/** One of the agent's conversations has changed, or has become the agent's. */
export const SummaryFrame = v.object({ t: v.literal('summary'), summary: Summary });
/** A conversation is the agent's no more. */
export const SummaryGone = v.object({ t: v.literal('summary.gone'), conversation: ConversationId });
export const DraftFrame = v.object({ t: v.literal('draft'), conversation: ConversationId, text: v.string() });
export const StatusFrame = v.object({ t: v.literal('status'), status: Status });
export const AgentServerFrame = v.variant('t', [
  AgentWelcome,
  SummaryFrame,
  SummaryGone,
  DraftFrame,
  StatusFrame,
  Refused,
]);
export type AgentServerFrame = v.InferOutput<typeof AgentServerFrame>;

/* The floor's socket: /api/floor/socket. The client says nothing on it but ping. */

/** A conversation as the floor shows it. It follows changes of state and owner, never messages. */
export const FloorRow = v.object({
  id: ConversationId,
  seq: v.number(),
  phase: Phase,
  owner: v.nullable(AgentParty),
  generation: v.number(),
  campaign: v.object({ id: CampaignId, name: v.string() }),
  visitor: v.object({ id: v.string(), name: v.optional(v.string()), here: v.boolean() }),
  /** What the visitor asked first, cut short. */
  opening: v.string(),
  startedAt: v.number(),
  /** When it last changed state or owner. */
  changedAt: v.number(),
});
export type FloorRow = v.InferOutput<typeof FloorRow>;

export const FloorAgent = v.object({
  id: UserId,
  name: v.string(),
  /** The path of their photo. */
  photo: v.optional(v.string()),
  status: Status,
  connected: v.boolean(),
});
export type FloorAgent = v.InferOutput<typeof FloorAgent>;

/** Everything: open conversations and the latest closed ones, and who is here. The first frame. */
export const FloorSnapshot = v.object({
  t: v.literal('floor'),
  rows: v.array(FloorRow),
  agents: v.array(FloorAgent),
});
/** What has changed since the frame before. */
export const FloorChange = v.object({
  t: v.literal('floor.changed'),
  rows: v.array(FloorRow),
  /** Rows that are out of the agent's sight now. */
  gone: v.optional(v.array(ConversationId)),
  agents: v.array(FloorAgent),
});
export const FloorServerFrame = v.variant('t', [FloorSnapshot, FloorChange]);
export type FloorServerFrame = v.InferOutput<typeof FloorServerFrame>;
