/** The visitor's session, and the first message of a conversation. */
import * as v from 'valibot';
import { CampaignId, CommandId, ConversationId, SiteId, VisitorId } from '../base/ids.ts';
import { Email, MessageText, Name, PageUrl, Title } from '../base/text.ts';

export const Page = v.object({ url: PageUrl, title: Title });

/** Makes a visitor's credential for a site. */
export const OpenVisitorSession = v.strictObject({ site: SiteId });

/** Sends a visitor's message; opens a conversation for it where none is open. Safe to repeat with the same id. */
export const StartConversation = v.strictObject({
  id: CommandId,
  site: SiteId,
  text: MessageText,
  page: v.optional(Page),
  contact: v.optional(v.strictObject({ name: v.optional(Name), email: v.optional(Email) })),
  /** The conversation that it was given to before, and that never answered. */
  sentTo: v.optional(ConversationId),
  /** The visitor's command before it that was unanswered when this one was sent (MSG-5). */
  prev: v.optional(CommandId),
  /** Nobody is here: a conversation that it opens is one to be answered later. */
  later: v.optional(v.boolean()),
});
export type StartConversation = v.InferOutput<typeof StartConversation>;

/** Where the message went. */
export const Started = v.object({ conversation: ConversationId, seq: v.number() });
export type Started = v.InferOutput<typeof Started>;

/** A visitor's session: who they are, and their conversations, newest first. `token` only where it was just made. */
export const VisitorSession = v.object({
  visitor: VisitorId,
  /** The contact as last given, so that nobody is asked twice. */
  contact: v.object({ name: v.optional(v.string()), email: v.optional(v.string()) }),
  /** An agent has blocked them: whatever they write is refused. */
  blocked: v.boolean(),
  conversations: v.array(
    v.object({ id: ConversationId, campaign: CampaignId, startedAt: v.number(), open: v.boolean() }),
  ),
  token: v.optional(v.string()),
});
export type VisitorSession = v.InferOutput<typeof VisitorSession>;

/** The answer to a browser without a credential: a refusal would be an error in the console of the site's page. */
export const NoVisitor = v.object({ visitor: v.null() });
