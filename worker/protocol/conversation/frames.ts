/** The frames of a conversation's socket. PROTOCOL.md numbers the rules. */
import * as v from 'valibot';
import { CommandId, ConversationId } from '../base/ids.ts';
import { maxRange } from '../base/limits.ts';
import { RefusalCode } from '../base/refusals.ts';
import { Email, MessageText, Name, PreviewText } from '../base/text.ts';
import { Availability } from '../floor/availability.ts';
import { Entry } from './entries.ts';
import { ConversationState, Marks } from './state.ts';

const seq = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));

/* From a client, either side. */

/** The first frame of every socket. Without a cursor the view starts at the tail. */
export const Hello = v.strictObject({
  t: v.literal('hello'),
  v: v.number(),
  epoch: v.optional(v.pipe(v.string(), v.maxLength(64))),
  cursor: v.optional(seq),
});
/** Asks for entries after a seq, or for the `limit` entries before one. */
export const Pull = v.union([
  v.strictObject({ t: v.literal('pull'), after: seq }),
  v.strictObject({
    t: v.literal('pull'),
    before: seq,
    limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(maxRange)),
  }),
]);
/** How far this tab holds the log, and how far its person has read. Coalesced by the sender to about one a second. */
export const MarkFrame = v.strictObject({ t: v.literal('mark'), delivered: seq, read: seq });
export const Typing = v.strictObject({ t: v.literal('typing'), on: v.boolean() });
/** `prev` is the sender's command before it that was not answered yet when this one was sent. */
const command = { id: CommandId, prev: v.optional(CommandId) };
export const SendMessage = v.strictObject({ t: v.literal('message.send'), ...command, text: MessageText });
export const CloseConversation = v.strictObject({ t: v.literal('conversation.close'), ...command });

/* From a visitor only. */

/** What the visitor is typing, before it is sent: a signal, never kept. */
export const Preview = v.strictObject({ t: v.literal('preview'), text: PreviewText });
export const Identify = v.strictObject({
  t: v.literal('visitor.identify'),
  ...command,
  name: v.optional(Name),
  email: v.optional(Email),
});

/** Waits no longer: the answer may come later. */
export const DeferConversation = v.strictObject({ t: v.literal('conversation.defer'), ...command });

/* From an agent only. */

/** Gives the conversation back to the waiting list. */
export const ReturnConversation = v.strictObject({ t: v.literal('conversation.return'), ...command });
export const BlockVisitor = v.strictObject({ t: v.literal('visitor.block'), ...command });

const common = {
  hello: Hello,
  pull: Pull,
  mark: MarkFrame,
  typing: Typing,
  'message.send': SendMessage,
  'conversation.close': CloseConversation,
};

/** What a visitor's socket takes, by `t`. */
export const visitorFrames = {
  ...common,
  preview: Preview,
  'visitor.identify': Identify,
  'conversation.defer': DeferConversation,
};
export type VisitorFrame = v.InferOutput<(typeof visitorFrames)[keyof typeof visitorFrames]>;
/** What an agent's socket takes, by `t`. */
export const agentFrames = {
  ...common,
  'conversation.return': ReturnConversation,
  'visitor.block': BlockVisitor,
};
export type AgentFrame = v.InferOutput<(typeof agentFrames)[keyof typeof agentFrames]>;
export type ClientFrame = VisitorFrame | AgentFrame;
/** The frames that carry an id and are answered. */
export type CommandFrame = Extract<ClientFrame, { id: string }>;

/* From the server. */

/** The answer to `hello`: where the log stands, and what it amounts to there. Ranges follow. */
export const Welcome = v.object({
  t: v.literal('welcome'),
  v: v.number(),
  conversation: ConversationId,
  /** Changes only if the log was rebuilt; a cursor belongs to an epoch. */
  epoch: v.string(),
  head: seq,
  state: ConversationState,
  marks: Marks,
  /** Whether the visitor has a live tab just now. */
  present: v.boolean(),
});
/** The entries after `after` and up to `upTo` that this side may see, in order. */
export const Range = v.object({ t: v.literal('range'), after: seq, upTo: seq, entries: v.array(Entry) });
/** The client's cursor can't be served: forget the view; ranges follow from another place. */
export const Reset = v.object({ t: v.literal('reset'), epoch: v.string(), head: seq });
/** The command of that id is in the log at `seq` already. (A command just done is acknowledged by its entry.) */
export const Ack = v.object({ t: v.literal('ack'), id: CommandId, seq });
/** The command of that id was not done. Without an id: the frame was not understood. */
export const Refused = v.object({
  t: v.literal('refused'),
  id: v.optional(v.string()),
  code: RefusalCode,
  message: v.string(),
  by: v.optional(v.object({ id: v.string(), name: v.string() })),
  retryAfter: v.optional(v.number()),
  field: v.optional(v.string()),
});
export const MarksFrame = v.object({ t: v.literal('marks'), marks: Marks });
export const TypingSignal = v.object({
  t: v.literal('typing'),
  by: v.object({ kind: v.picklist(['visitor', 'agent']), id: v.string(), name: v.optional(v.string()) }),
  on: v.boolean(),
});
export const PreviewSignal = v.object({ t: v.literal('preview'), text: v.string() });
/** Whether the visitor has a live tab. */
export const PresenceSignal = v.object({ t: v.literal('presence'), present: v.boolean() });

/**
 * To a visitor who waits: their place in the line, from 1, about how long it takes, in milliseconds, where that can be told, and
 * whether anybody serves the line.
 */
export const Waiting = v.object({
  place: v.number(),
  wait: v.nullable(v.number()),
  availability: Availability,
});
export type Waiting = v.InferOutput<typeof Waiting>;
export const WaitingSignal = v.object({ t: v.literal('waiting'), ...Waiting.entries });

export const ConversationServerFrame = v.variant('t', [
  Welcome,
  Range,
  Reset,
  Ack,
  Refused,
  MarksFrame,
  TypingSignal,
  PreviewSignal,
  PresenceSignal,
  WaitingSignal,
]);
export type ConversationServerFrame = v.InferOutput<typeof ConversationServerFrame>;
export type Welcome = v.InferOutput<typeof Welcome>;
export type Range = v.InferOutput<typeof Range>;
export type Refused = v.InferOutput<typeof Refused>;
