/** How conversations reach agents: a campaign's routing levels, and the account's way of handing out. */
import * as v from 'valibot';
import { CampaignId, ConversationId, GroupId, UserId } from '../base/ids.ts';
import { Name, NoteText } from '../base/text.ts';

/** `live` is answered at once; `nrt`, near-real-time, when there is time for it: what was left for later. Each has its own limit. */
export const conversationTypes = ['live', 'nrt'] as const;
export const ConversationType = v.picklist(conversationTypes);
export type ConversationType = v.InferOutput<typeof ConversationType>;

/** Which of a level's agents is next (F164 to F168). */
export const methods = ['random', 'least_chats', 'most_space', 'sequentially', 'most_chats'] as const;
export const Method = v.picklist(methods);
export type Method = v.InferOutput<typeof Method>;

/** Whom a level asks: these users, and the members of these groups. */
const whom = {
  users: v.pipe(v.array(UserId), v.maxLength(500)),
  groups: v.pipe(v.array(GroupId), v.maxLength(200)),
  method: Method,
};

export const Level = v.strictObject({
  /** Of its campaign's levels the only one of this id; it stays when they are put in another order. */
  id: v.pipe(v.string(), v.regex(/^[a-z0-9]{1,26}$/)),
  title: Name,
  ...whom,
});
export type Level = v.InferOutput<typeof Level>;

export const Routing = v.strictObject({
  /** Asked in this order; a later one only where no earlier one has anybody. Without any, every agent is asked, by least chats. */
  levels: v.pipe(
    v.array(Level),
    v.maxLength(20),
    v.check((levels) => new Set(levels.map(({ id }) => id)).size === levels.length, 'same_id'),
  ),
  /** Asked first for what was transferred to the campaign, and for nothing else (F169). */
  forwarding: v.strictObject({ enabled: v.boolean(), ...whom }),
  /** A conversation whose owner has not written after so many seconds goes on to another (F147); null never. */
  forwardAfter: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(10), v.maxValue(60))),
  /** … and rather to another level (F148). */
  leaveLevel: v.boolean(),
});
export type Routing = v.InferOutput<typeof Routing>;

export const defaultRouting: Routing = {
  levels: [],
  forwarding: { enabled: false, users: [], groups: [], method: 'least_chats' },
  forwardAfter: null,
  leaveLevel: false,
};

/** How a conversation gets to an agent: they take it from the list, it is offered to one of them, or it is theirs without asking. */
export const assignments = ['manual', 'offered', 'assigned'] as const;
export const Assignment = v.picklist(assignments);
export type Assignment = v.InferOutput<typeof Assignment>;

/** How long an offer stands, in seconds. */
export const OfferSeconds = v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(120));
/** After so many offers in a row without an answer an agent is made not available; null never. */
export const MissedLimit = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)));

const Named = v.object({ id: v.string(), name: v.string() });

/** Where a conversation was transferred to, beside an agent: whoever of it is next gets it. */
export const TargetGroup = v.object({ kind: v.literal('group'), id: GroupId, name: v.string() });
export const TargetCampaign = v.object({ kind: v.literal('campaign'), id: CampaignId, name: v.string() });
export const Target = v.variant('kind', [TargetGroup, TargetCampaign]);
export type Target = v.InferOutput<typeof Target>;

/** A conversation that waits for one agent's answer. It fills a place of theirs as long as it stands. */
export const Offer = v.object({
  conversation: ConversationId,
  /** What an answer names: one to an older offer changes nothing. */
  generation: v.number(),
  agent: Named,
  at: v.number(),
  /** By the server's clock. */
  expiresAt: v.number(),
  /** Who transferred it, and why. */
  from: v.optional(Named),
  note: v.optional(v.string()),
});
export type Offer = v.InferOutput<typeof Offer>;

/** What came of an offer; each has exactly one outcome (I11). */
export const outcomes = ['accepted', 'declined', 'expired', 'withdrawn'] as const;
export const Outcome = v.picklist(outcomes);
export type Outcome = v.InferOutput<typeof Outcome>;

const generation = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER));
/** Accepts or declines an offer: the one of this generation and no other. */
export const AnswerOffer = v.strictObject({ generation });

/** Whose the conversation is from now on, and the count of its owners (V35). */
export const Taken = v.object({ conversation: ConversationId, generation: v.number() });
export type Taken = v.InferOutput<typeof Taken>;

/** A word to the one who gets it, for agents only. */
const note = v.optional(NoteText);
/** Passes a conversation on: an agent is asked, a group or a campaign gets it into its line. */
export const Transfer = v.strictObject({
  to: v.variant('kind', [
    v.strictObject({ kind: v.literal('agent'), id: UserId }),
    v.strictObject({ kind: v.literal('group'), id: GroupId }),
    v.strictObject({ kind: v.literal('campaign'), id: CampaignId }),
  ]),
  note,
});
/** Gives a conversation to an agent, without asking them. */
export const Assign = v.strictObject({ agent: UserId, note });

/** Into whose line a conversation can be sent. */
export const Destinations = v.object({
  groups: v.array(Named),
  campaigns: v.array(Named),
});
export type Destinations = v.InferOutput<typeof Destinations>;

/** Why agents were passed over (`#domain` routing.ts), and who: at the most fifty of each by id, the rest as a number. */
const PassedOver = v.record(v.string(), v.object({ agents: v.array(UserId), more: v.number() }));
const decided = { at: v.number() };
const asked = { ...decided, agent: UserId, generation: v.number() };
/** What was decided of a conversation. */
export const Decision = v.variant('kind', [
  /** It was its turn, and nobody was free. */
  v.object({ ...decided, kind: v.literal('nobody'), passedOver: PassedOver }),
  /** Routing chose somebody, through a level. */
  v.object({ ...asked, kind: v.literal('offered'), level: v.string(), passedOver: PassedOver }),
  v.object({ ...asked, kind: v.literal('assigned'), level: v.string(), passedOver: PassedOver }),
  /** Somebody decided: who took it, offered it to a colleague, gave it to one. */
  v.object({ ...asked, kind: v.literal('taken'), by: UserId }),
  v.object({ ...asked, kind: v.literal('passed'), by: UserId }),
  v.object({ ...asked, kind: v.literal('given'), by: UserId }),
  /** It was sent into a group's or a campaign's line. */
  v.object({ ...decided, kind: v.literal('sent'), by: UserId }),
  /** It was passed on without a reply so often that routing no longer assigns it. */
  v.object({ ...decided, kind: v.literal('stalled'), passes: v.number() }),
  /** What came of an asking. */
  v.object({ ...asked, kind: v.literal('outcome'), outcome: v.picklist([...outcomes, 'refused']) }),
]);
export type Decision = v.InferOutput<typeof Decision>;
/** Decisions in order, with the names of those in them. */
export const DecisionsList = v.object({
  decisions: v.array(Decision),
  names: v.record(UserId, v.string()),
});
export type DecisionsList = v.InferOutput<typeof DecisionsList>;
