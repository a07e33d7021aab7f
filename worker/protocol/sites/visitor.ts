/** The visitor's session, and the first message of a conversation. */
import * as v from 'valibot';
import { CampaignId, CommandId, ConversationId, SiteId, VisitorId } from '../base/ids.ts';
import { DraftText, Email, Name, PageUrl, Title } from '../base/text.ts';
import { MessageFiles, saysSomething } from '../files/files.ts';

export const Page = v.object({ url: PageUrl, title: Title });

/** Makes a visitor's credential for a site. */
export const OpenVisitorSession = v.strictObject({ site: SiteId });

/** Sends a visitor's message; opens a conversation for it if none is open. Safe to repeat with the same id. */
const start = v.strictObject({
  id: CommandId,
  site: SiteId,
  /** Blank only beside files. */
  text: DraftText,
  files: MessageFiles,
  page: v.optional(Page),
  contact: v.optional(v.strictObject({ name: v.optional(Name), email: v.optional(Email) })),
  /** The conversation that the message was sent to before, without an answer. */
  sentTo: v.optional(ConversationId),
  /** The visitor's command before it that was unanswered when this one was sent (MSG-5). */
  prev: v.optional(CommandId),
  /** No agent is present: if the message opens a conversation, it is one to be answered later. */
  later: v.optional(v.boolean()),
});
export const StartConversation = v.pipe(
  start,
  v.forward(
    v.check((message) => saysSomething(message), 'blank'),
    ['text'],
  ),
);
export type StartConversation = v.InferOutput<typeof StartConversation>;

/** The conversation that received the message, and the seq of the message. */
export const Started = v.object({ conversation: ConversationId, seq: v.number() });
export type Started = v.InferOutput<typeof Started>;

/** A visitor's session: the visitor, and their conversations, newest first. `token` only if it was just made. */
export const VisitorSession = v.object({
  visitor: VisitorId,
  /** The contact as last given, so that the visitor is not asked twice. */
  contact: v.object({ name: v.optional(v.string()), email: v.optional(v.string()) }),
  /** An agent has blocked the visitor, whose messages are refused. */
  blocked: v.boolean(),
  conversations: v.array(
    v.object({ id: ConversationId, campaign: CampaignId, startedAt: v.number(), open: v.boolean() }),
  ),
  token: v.optional(v.string()),
});
export type VisitorSession = v.InferOutput<typeof VisitorSession>;

/** The answer to a browser without a credential: a refusal would be an error in the console of the site's page. */
export const NoVisitor = v.object({ visitor: v.null() });
