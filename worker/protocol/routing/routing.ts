/** How conversations reach agents: a campaign's routing levels, and the account's assignment. */
import * as v from 'valibot';
import { CampaignId, ConversationId, GroupId, UserId } from '../base/ids.ts';
import { Name, NoteText } from '../base/text.ts';

/**
 * `live` is answered at once; `nrt` (near-real-time) later, such as a question that a visitor left. Each has its own
 * limit.
 */
export const conversationTypes = ['live', 'nrt'] as const;
export const ConversationType = v.picklist(conversationTypes);
export type ConversationType = v.InferOutput<typeof ConversationType>;

/** How a level chooses among its agents (F164 to F168). */
export const methods = ['random', 'least_chats', 'most_space', 'sequentially', 'most_chats'] as const;
export const Method = v.picklist(methods);
export type Method = v.InferOutput<typeof Method>;

/** The agents that a level asks: these users, and the members of these groups. */
const whom = {
  users: v.pipe(v.array(UserId), v.maxLength(500)),
  groups: v.pipe(v.array(GroupId), v.maxLength(200)),
  method: Method,
};

export const Level = v.strictObject({
  /** Unique among its campaign's levels; it stays when their order changes. */
  id: v.pipe(v.string(), v.regex(/^[a-z0-9]{1,26}$/)),
  title: Name,
  ...whom,
});
export type Level = v.InferOutput<typeof Level>;

export const Routing = v.strictObject({
  /**
   * Asked in this order; a later level only if no earlier one has an agent. Without levels, every agent is asked, by
   * least chats.
   */
  levels: v.pipe(
    v.array(Level),
    v.maxLength(20),
    v.check((levels) => new Set(levels.map(({ id }) => id)).size === levels.length, 'same_id'),
  ),
  /** Asked first for conversations that were transferred to the campaign, and only for those (F169). */
  forwarding: v.strictObject({ enabled: v.boolean(), ...whom }),
  /** A conversation whose owner has not replied within this many seconds goes to another agent (F147); null: never. */
  forwardAfter: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(10), v.maxValue(60))),
  /** … preferably on another level (F148). */
  leaveLevel: v.boolean(),
});
export type Routing = v.InferOutput<typeof Routing>;

export const defaultRouting: Routing = {
  levels: [],
  forwarding: { enabled: false, users: [], groups: [], method: 'least_chats' },
  forwardAfter: null,
  leaveLevel: false,
};

/**
 * How a conversation reaches an agent: they take it from the list, routing offers it, or routing assigns it without
 * asking.
 */
export const assignments = ['manual', 'offered', 'assigned'] as const;
export const Assignment = v.picklist(assignments);
export type Assignment = v.InferOutput<typeof Assignment>;

/** The time to answer an offer, in seconds. */
export const OfferSeconds = v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(120));
/** After this many missed offers in a row an agent's status becomes Invisible; null: never. */
export const MissedLimit = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)));

const Named = v.object({ id: v.string(), name: v.string() });

/** The target of a transfer other than an agent: one of its agents gets the conversation. */
export const TargetGroup = v.object({ kind: v.literal('group'), id: GroupId, name: v.string() });
export const TargetCampaign = v.object({ kind: v.literal('campaign'), id: CampaignId, name: v.string() });
export const Target = v.variant('kind', [TargetGroup, TargetCampaign]);
export type Target = v.InferOutput<typeof Target>;

/** A conversation that waits for one agent's answer. It uses their capacity until it ends. */
export const Offer = v.object({
  conversation: ConversationId,
  /** An answer names it, so that an answer to an older offer changes nothing. */
  generation: v.number(),
  agent: Named,
  at: v.number(),
  /** By the server's clock. */
  expiresAt: v.number(),
  /** The user who transferred it, and their note. */
  from: v.optional(Named),
  note: v.optional(v.string()),
});
export type Offer = v.InferOutput<typeof Offer>;

/** The outcome of an offer; each has exactly one (I11). */
export const outcomes = ['accepted', 'declined', 'expired', 'withdrawn'] as const;
export const Outcome = v.picklist(outcomes);
export type Outcome = v.InferOutput<typeof Outcome>;

const generation = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER));
/** Accepts or declines the offer of this generation, and no other. */
export const AnswerOffer = v.strictObject({ generation });

/** The conversation that now has an owner, and the count of its owners (TAK-1). */
export const Taken = v.object({ conversation: ConversationId, generation: v.number() });
export type Taken = v.InferOutput<typeof Taken>;

/** A note to the next agent, visible only to agents. */
const note = v.optional(NoteText);
/** Transfers a conversation: an agent receives an offer; a group's or campaign's queue receives the conversation. */
export const Transfer = v.strictObject({
  to: v.variant('kind', [
    v.strictObject({ kind: v.literal('agent'), id: UserId }),
    v.strictObject({ kind: v.literal('group'), id: GroupId }),
    v.strictObject({ kind: v.literal('campaign'), id: CampaignId }),
  ]),
  note,
});
/** Assigns a conversation to an agent, without asking them. */
export const Assign = v.strictObject({ agent: UserId, note });

/** The queues to which a conversation can be transferred. */
export const Destinations = v.object({
  groups: v.array(Named),
  campaigns: v.array(Named),
});
export type Destinations = v.InferOutput<typeof Destinations>;

/** The agents passed over, by reason (`#domain` routing.ts): at most fifty of each by id, the rest as a number. */
const PassedOver = v.record(v.string(), v.object({ agents: v.array(UserId), more: v.number() }));
const decided = { at: v.number() };
const asked = { ...decided, agent: UserId, generation: v.number() };
/** A decision about a conversation. */
export const Decision = v.variant('kind', [
  /** Routing found no agent. */
  v.object({ ...decided, kind: v.literal('nobody'), passedOver: PassedOver }),
  /** Routing chose an agent, on a level. */
  v.object({ ...asked, kind: v.literal('offered'), level: v.string(), passedOver: PassedOver }),
  v.object({ ...asked, kind: v.literal('assigned'), level: v.string(), passedOver: PassedOver }),
  /** A user decided: took it, offered it to a colleague, or assigned it. */
  v.object({ ...asked, kind: v.literal('taken'), by: UserId }),
  v.object({ ...asked, kind: v.literal('passed'), by: UserId }),
  v.object({ ...asked, kind: v.literal('given'), by: UserId }),
  /** It was transferred to the queue of a group or campaign. */
  v.object({ ...decided, kind: v.literal('sent'), by: UserId }),
  /** It was passed on without a reply so often that routing no longer assigns it. */
  v.object({ ...decided, kind: v.literal('stalled'), passes: v.number() }),
  /** The outcome of an offer or assignment. */
  v.object({ ...asked, kind: v.literal('outcome'), outcome: v.picklist([...outcomes, 'refused']) }),
]);
export type Decision = v.InferOutput<typeof Decision>;
/** Decisions in order, with the names of those in them. */
export const DecisionsList = v.object({
  decisions: v.array(Decision),
  names: v.record(UserId, v.string()),
});
export type DecisionsList = v.InferOutput<typeof DecisionsList>;
