/**
 * What a log amounts to: the fold of a conversation's entries (#domain `evolve`), as it crosses wires. A tab is given it once,
 * with its place in the log, and folds the entries after that place itself.
 */
import * as v from 'valibot';
import { CampaignId, ConversationId, SiteId, UserId, VisitorId } from '../base/ids.ts';
import { ConversationType, Target } from '../routing/routing.ts';
import { Owner, Party } from './parties.ts';

const seq = v.pipe(v.number(), v.integer(), v.minValue(0));

export const Phase = v.picklist(['waiting', 'active', 'closed']);
/** `waiting`: nobody owns it. `active`: an agent owns it. `closed`: it takes no message any more. */
export type Phase = v.InferOutput<typeof Phase>;

export const LastMessage = v.object({ seq, at: v.number(), by: Party, text: v.string() });

export const ConversationState = v.object({
  id: ConversationId,
  /** The seq of the last entry folded in. */
  head: seq,
  phase: Phase,
  type: ConversationType,
  owner: v.nullable(Owner),
  /** Raised by every change of owner; a command that carries an older one changes nothing. 0 before the first owner. */
  generation: seq,
  campaign: v.object({ id: CampaignId, name: v.string() }),
  /** Who had it last, and why they have it no more; null while somebody has it, and before anybody had. */
  released: v.nullable(v.object({ agent: UserId, reason: v.string() })),
  /** Where it was transferred to, until somebody of there has it. */
  target: v.nullable(Target),
  site: SiteId,
  visitor: v.object({
    id: VisitorId,
    name: v.optional(v.string()),
    email: v.optional(v.string()),
    blocked: v.boolean(),
    /** False once the visitor has left for longer than the grace. */
    here: v.boolean(),
  }),
  page: v.optional(v.object({ url: v.string(), title: v.string() })),
  ordinal: v.number(),
  startedAt: v.number(),
  /** When the present owner took it; null while waiting. */
  assignedAt: v.nullable(v.number()),
  /** When the first agent took it, and when an agent first wrote. */
  firstAssignedAt: v.nullable(v.number()),
  firstReplyAt: v.nullable(v.number()),
  /** The last sign of life of either side: a message, a change of owner, the start. */
  activeAt: v.number(),
  messages: v.object({ visitor: v.number(), agent: v.number() }),
  /** The text is cut to `lastWordsLength` code points. */
  lastMessage: v.nullable(LastMessage),
  closed: v.nullable(v.object({ at: v.number(), by: Party, reason: v.string() })),
});
export type ConversationState = v.InferOutput<typeof ConversationState>;

export const Mark = v.object({
  /** Up to which entry this side's tabs hold the log. */
  delivered: seq,
  /** Up to which entry this side has it on a screen that was looked at. */
  read: seq,
  /** How many of the other side's messages come after `read`. */
  unread: v.number(),
});
export type Mark = v.InferOutput<typeof Mark>;

/** How far each side has got. The agent's mark is the owner's. Registers, not entries: coalesced, and only ever rising. */
export const Marks = v.object({ visitor: Mark, agent: Mark });
export type Marks = v.InferOutput<typeof Marks>;

/** What a list needs of a conversation that it does not show. */
export const Summary = v.object({ state: ConversationState, unread: v.number() });
export type Summary = v.InferOutput<typeof Summary>;
