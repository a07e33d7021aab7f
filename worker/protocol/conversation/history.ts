/** Conversations in the history: lists, states and transcripts. */
import * as v from 'valibot';
import { CampaignId, ConversationId, VisitorId } from '../base/ids.ts';
import { maxRange } from '../base/limits.ts';
import { Entry } from './entries.ts';
import { AgentParty } from './parties.ts';
import { ConversationState, LastMessage } from './state.ts';

/** Filters and the key of a page of conversations, newest first. */
export const ConversationsQuery = v.object({
  campaign: v.optional(CampaignId),
  visitor: v.optional(VisitorId),
  phase: v.optional(v.picklist(['waiting', 'active', 'closed'])),
  /** `next` of the previous page. */
  after: v.optional(v.pipe(v.string(), v.maxLength(60))),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(100)),
  ),
});
export const ConversationsPage = v.object({
  conversations: v.array(ConversationState),
  next: v.nullable(v.string()),
});
export type ConversationsPage = v.InferOutput<typeof ConversationsPage>;
export const HistoryState = v.object({ state: ConversationState });

/** A visitor's other conversations, newest first, as far as the account's rule lets the user see them. */
export const Earlier = v.object({
  conversations: v.array(
    v.object({
      id: ConversationId,
      startedAt: v.number(),
      /** Null while the conversation is open. */
      closedAt: v.nullable(v.number()),
      owner: v.nullable(AgentParty),
      last: v.nullable(LastMessage),
    }),
  ),
  /** The number of further conversations that the user may not see. */
  hidden: v.number(),
});
export type Earlier = v.InferOutput<typeof Earlier>;

/** Selects entries of a conversation: the `limit` before a seq; without it, the last ones. */
export const RangeQuery = v.object({
  before: v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(maxRange)),
  ),
});

/** A part of a transcript from the history: the entries after `after` and up to `upTo`, in order (HIS-8). */
export const TranscriptPart = v.object({ after: v.number(), upTo: v.number(), entries: v.array(Entry) });
export type TranscriptPart = v.InferOutput<typeof TranscriptPart>;

/** Selects a range of another conversation of the visitor. */
export const EarlierQuery = v.object({ of: ConversationId, ...RangeQuery.entries });
