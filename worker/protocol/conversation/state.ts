/**
 * The state of a conversation: the fold of its log (#domain `evolve`), in the form that crosses wires. A tab receives
 * it once, with its place in the log, and folds later entries itself.
 */
import * as v from 'valibot';
import { CampaignId, ConversationId, SiteId, UserId, VisitorId } from '../base/ids.ts';
import { ConversationType, Target } from '../routing/routing.ts';
import { SuccessCode } from './entries.ts';
import { Owner, Party } from './parties.ts';

const seq = v.pipe(v.number(), v.integer(), v.minValue(0));

export const Phase = v.picklist(['waiting', 'active', 'closed']);
/** `waiting`: without an owner. `active`: an agent owns it. `closed`: it accepts no more messages. */
export type Phase = v.InferOutput<typeof Phase>;

/** A deleted one has no text. */
export const LastMessage = v.object({
  seq,
  at: v.number(),
  by: Party,
  text: v.string(),
  /** The number of its files, and the name of the first one. */
  files: v.optional(v.object({ count: v.number(), name: v.string() })),
  deleted: v.optional(v.literal(true)),
});
export type LastMessage = v.InferOutput<typeof LastMessage>;

export const ConversationState = v.object({
  id: ConversationId,
  /** The seq of the last entry folded in. */
  head: seq,
  phase: Phase,
  type: ConversationType,
  owner: v.nullable(Owner),
  /** Raised by every change of owner. A command that names an older one changes nothing. 0 before the first owner. */
  generation: seq,
  campaign: v.object({ id: CampaignId, name: v.string() }),
  /** The last owner, and why they lost the conversation; null while it has an owner, and before the first. */
  released: v.nullable(v.object({ agent: UserId, reason: v.string() })),
  /** The target of a transfer, until one of its agents becomes the owner. */
  target: v.nullable(Target),
  site: SiteId,
  visitor: v.object({
    id: VisitorId,
    name: v.optional(v.string()),
    email: v.optional(v.string()),
    blocked: v.boolean(),
    /** False after the visitor has been gone for longer than the grace period. */
    here: v.boolean(),
  }),
  page: v.optional(v.object({ url: v.string(), title: v.string() })),
  ordinal: v.number(),
  startedAt: v.number(),
  /** When the present owner got it; null while waiting. */
  assignedAt: v.nullable(v.number()),
  /** When the first agent became the owner, and when an agent first wrote. */
  firstAssignedAt: v.nullable(v.number()),
  firstReplyAt: v.nullable(v.number()),
  /** The last activity: a message, a change of owner, or the start. */
  activeAt: v.number(),
  messages: v.object({ visitor: v.number(), agent: v.number() }),
  /** The text is cut to `lastWordsLength` code points. */
  lastMessage: v.nullable(LastMessage),
  closed: v.nullable(v.object({ at: v.number(), by: Party, reason: v.string() })),
  /** The seqs of the last revision of a message, and of a note. Readers of a part of the log read on to there. */
  revised: v.optional(v.object({ message: v.optional(seq), note: v.optional(seq) })),
  /** When the owner moved the conversation on by hand. For agents, like all that follows. */
  inProgressAt: v.optional(v.number()),
  codes: v.optional(v.array(SuccessCode)),
  /** It has ended, and a success code is still required. */
  awaitingCode: v.optional(v.literal(true)),
  /** The colleagues whom notes mention. They may read the conversation. */
  mentioned: v.optional(v.array(UserId)),
});
export type ConversationState = v.InferOutput<typeof ConversationState>;

export const Mark = v.object({
  /** The last entry that a tab of this side has received. */
  delivered: seq,
  /** The last entry that this side has read. */
  read: seq,
  /** The number of the other side's messages after `read`. */
  unread: v.number(),
});
export type Mark = v.InferOutput<typeof Mark>;

/**
 * How far each side has received and read the log. The agents' mark is the owner's. Marks are registers, not entries:
 * coalesced, and only ever rising.
 */
export const Marks = v.object({ visitor: Mark, agent: Mark });
export type Marks = v.InferOutput<typeof Marks>;

/** A conversation in a list that does not show its messages. */
export const Summary = v.object({ state: ConversationState, unread: v.number() });
export type Summary = v.InferOutput<typeof Summary>;
