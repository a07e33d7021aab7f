/** The frames of a conversation's socket. PROTOCOL.md numbers the rules. */
import * as v from 'valibot';
import { CodeId, CommandId, ConversationId, ResponseId, UserId } from '../base/ids.ts';
import { maxCannedOfMessage, maxCodes, maxMentions, maxRange } from '../base/limits.ts';
import { RefusalCode } from '../base/refusals.ts';
import { cleanName, DraftText, Email, MessageText, Name, NoteText, PreviewText } from '../base/text.ts';
import { MessageFiles, saysSomething } from '../files/files.ts';
import { Availability } from '../floor/availability.ts';
import { Entry, SuccessCode } from './entries.ts';
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
/**
 * How far this tab has the log, and how far its user or visitor has read it. A client sends about one a second at
 * most.
 */
export const MarkFrame = v.strictObject({ t: v.literal('mark'), delivered: seq, read: seq });
export const Typing = v.strictObject({ t: v.literal('typing'), on: v.boolean() });
/** `prev` is the sender's latest earlier command that was unanswered when this one was sent. */
const command = { id: CommandId, prev: v.optional(CommandId) };
const message = {
  t: v.literal('message.send'),
  ...command,
  /** Blank only beside files. */
  text: DraftText,
  /** The seq of the message that this one answers. */
  quote: v.optional(seq),
  files: MessageFiles,
};
export const SendMessage = v.pipe(
  v.strictObject(message),
  v.forward(
    v.check((message) => saysSomething(message), 'blank'),
    ['text'],
  ),
);
/** Replaces the text of one's own message or note. */
export const EditMessage = v.strictObject({
  t: v.literal('message.edit'),
  ...command,
  target: seq,
  text: MessageText,
});
export type EditMessage = v.InferOutput<typeof EditMessage>;
/** Deletes one's own message or note; a supervisor deletes any. */
export const DeleteMessage = v.strictObject({ t: v.literal('message.delete'), ...command, target: seq });
export type DeleteMessage = v.InferOutput<typeof DeleteMessage>;
export const CloseConversation = v.strictObject({ t: v.literal('conversation.close'), ...command });

/* From a visitor only. */

/** The unsent text that the visitor is typing: a signal, never stored. */
export const Preview = v.strictObject({ t: v.literal('preview'), text: PreviewText });
export const Identify = v.strictObject({
  t: v.literal('visitor.identify'),
  ...command,
  name: v.optional(Name),
  email: v.optional(Email),
});

/** The visitor no longer waits: the answer may come later. */
export const DeferConversation = v.strictObject({ t: v.literal('conversation.defer'), ...command });

/** The visitor waits again after all. */
export const ResumeConversation = v.strictObject({ t: v.literal('conversation.resume'), ...command });

/* From an agent only. */

/** A message with the canned responses that it was made from, which counts as their use. */
export const SendReply = v.pipe(
  v.strictObject({
    ...message,
    canned: v.optional(v.pipe(v.array(ResponseId), v.maxLength(maxCannedOfMessage))),
  }),
  v.forward(
    v.check((message) => saysSomething(message), 'blank'),
    ['text'],
  ),
);
/** Returns the conversation to the queue. */
export const ReturnConversation = v.strictObject({ t: v.literal('conversation.return'), ...command });
export const BlockVisitor = v.strictObject({ t: v.literal('visitor.block'), ...command });
const CodeIds = v.pipe(v.array(CodeId), v.maxLength(maxCodes));
/** Ends the conversation, with its success codes and a closing note. */
export const EndConversation = v.strictObject({
  ...CloseConversation.entries,
  codes: v.optional(CodeIds),
  note: v.optional(NoteText),
});
/** A colleague by the name that the note's text contains. */
const MentionGiven = v.strictObject({ id: UserId, name: v.pipe(Name, v.transform(cleanName)) });
/** Adds a private note. Any agent who follows the conversation may, also after its end. */
export const AddNote = v.strictObject({
  t: v.literal('note.add'),
  ...command,
  text: MessageText,
  mentions: v.optional(v.pipe(v.array(MentionGiven), v.maxLength(maxMentions))),
});
/** Moves a new conversation on by hand. */
export const SetStage = v.strictObject({
  t: v.literal('stage.set'),
  ...command,
  stage: v.literal('in_progress'),
});
/** Sets the success codes, in place of those before; also after the end. */
export const SetCodes = v.strictObject({ t: v.literal('codes.set'), ...command, codes: CodeIds });

const common = {
  hello: Hello,
  pull: Pull,
  mark: MarkFrame,
  typing: Typing,
  'message.send': SendMessage,
  'message.edit': EditMessage,
  'message.delete': DeleteMessage,
  'conversation.close': CloseConversation,
};

/** The frames that a visitor's socket accepts, by `t`. */
export const visitorFrames = {
  ...common,
  preview: Preview,
  'visitor.identify': Identify,
  'conversation.defer': DeferConversation,
  'conversation.resume': ResumeConversation,
};
export type VisitorFrame = v.InferOutput<(typeof visitorFrames)[keyof typeof visitorFrames]>;
/** The frames that an agent's socket accepts, by `t`. */
export const agentFrames = {
  ...common,
  'message.send': SendReply,
  'conversation.return': ReturnConversation,
  'visitor.block': BlockVisitor,
  'conversation.close': EndConversation,
  'note.add': AddNote,
  'stage.set': SetStage,
  'codes.set': SetCodes,
};
export type AgentFrame = v.InferOutput<(typeof agentFrames)[keyof typeof agentFrames]>;
export type ClientFrame = VisitorFrame | AgentFrame;
/** The frames that have an id and are answered. */
export type CommandFrame = Extract<ClientFrame, { id: string }>;

/* From the server. */

/** The success codes that can be chosen. */
export const CodeChoice = v.object({
  list: v.array(SuccessCode),
  /** More than one can be chosen. */
  multiple: v.boolean(),
  /** An agent cannot end the conversation without one. */
  required: v.boolean(),
});
export type CodeChoice = v.InferOutput<typeof CodeChoice>;

/** The answer to `hello`: the head of the log, and the state up to the head. Ranges follow. */
export const Welcome = v.object({
  t: v.literal('welcome'),
  v: v.number(),
  conversation: ConversationId,
  /** Changes only if the log was rebuilt; a cursor belongs to an epoch. */
  epoch: v.string(),
  head: seq,
  state: ConversationState,
  marks: Marks,
  /** The visitor has a live tab. */
  present: v.boolean(),
  /** Minutes in which one's own message can be edited and deleted. Absent: it cannot. */
  editMinutes: v.optional(v.number()),
  /** For agents: the campaign's success codes, as they were when the conversation began. */
  codes: v.optional(CodeChoice),
});
/** The entries after `after` and up to `upTo` that this side may see, in order. */
export const Range = v.object({ t: v.literal('range'), after: seq, upTo: seq, entries: v.array(Entry) });
/** The client's cursor cannot be used: the client forgets its view; ranges from another seq follow. */
export const Reset = v.object({ t: v.literal('reset'), epoch: v.string(), head: seq });
/** The command with this id is in the log already, at `seq`. (The entry itself acknowledges a command just done.) */
export const Ack = v.object({ t: v.literal('ack'), id: CommandId, seq });
/** The command with this id was refused. Without an id: the frame was not understood. */
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
 * For a waiting visitor: `place`, the position in the queue, from 1; `wait`, the expected wait in milliseconds, null if
 * unknown; and the availability of agents who serve the queue.
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
