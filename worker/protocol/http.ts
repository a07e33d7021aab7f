/** The bodies of HTTP requests and answers, in JSON. */
import * as v from 'valibot';
import {
  AccountId,
  CampaignId,
  CommandId,
  ConversationId,
  SessionId,
  SiteId,
  UserId,
  VisitorId,
} from './base/ids.ts';
import { maxEmailLength, maxRange } from './base/limits.ts';
import { Email, MessageText, Name, PageUrl, Title } from './base/text.ts';
import { CampaignBody } from './campaigns/campaign.ts';
import { AgentParty, Role, Status } from './conversation/parties.ts';
import { ConversationState, LastMessage } from './conversation/state.ts';
import { Language, Password } from './people/people.ts';
import { Assignment, MissedLimit, OfferSeconds } from './routing/routing.ts';
import { AllowedOrigin } from './sites/allowed-origin.ts';

/* Signing in. */

const givenPassword = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

/** Checked loosely on purpose: an odd email or password is a wrong one, with the same answer. */
export const SignIn = v.strictObject({
  email: v.pipe(v.string(), v.maxLength(maxEmailLength)),
  password: givenPassword,
  /** Of the second factor, where the user has one: six digits of the authenticator app, or a recovery code. */
  code: v.optional(v.pipe(v.string(), v.maxLength(40))),
  /** What the agent begins with; without it online, or what they were. */
  status: v.optional(Status),
  /** Keep the session when the browser is closed. */
  remember: v.optional(v.boolean()),
});

/** Who is signed in. */
export const Me = v.object({
  id: UserId,
  name: v.string(),
  email: v.string(),
  roles: v.array(Role),
  /** Access to the console has not been taken away. */
  manages: v.boolean(),
  status: Status,
  account: v.object({ id: v.string(), name: v.string(), timeZone: v.string() }),
  language: Language,
  /** The path of their photo. */
  photo: v.nullable(v.string()),
  /** They have a second factor. */
  secondFactor: v.boolean(),
  /** The account asks for one, and they have none yet: until then nothing else is open to them. */
  mustEnroll: v.boolean(),
});
export type Me = v.InferOutput<typeof Me>;

/** Sets somebody else's status. */
export const SetStatusBody = v.strictObject({ status: Status });

/** One of a user's own sessions. */
export const Session = v.object({
  id: SessionId,
  /** What the browser said that it is (its `User-Agent`). */
  device: v.string(),
  /** Null where the deployment can't tell. */
  address: v.nullable(v.string()),
  createdAt: v.number(),
  /** To the hour. */
  usedAt: v.number(),
  /** It outlives the browser. */
  remembered: v.boolean(),
  /** The one that asks. */
  current: v.boolean(),
});
export type Session = v.InferOutput<typeof Session>;
export const SessionsList = v.object({ sessions: v.array(Session) });

/** What the deployment offers to who is not signed in. */
export const Deployment = v.object({
  /** It can send mail: a forgotten password can be mended. */
  mail: v.boolean(),
  /** The deployment can see client addresses, so users can be limited to some. */
  addresses: v.boolean(),
  /** Where help is found; null where the operator named no place. */
  help: v.nullable(v.string()),
});
export type Deployment = v.InferOutput<typeof Deployment>;

/** Asks for a link by mail with which to set a new password. */
export const ForgottenPassword = v.strictObject({ email: v.pipe(v.string(), v.maxLength(maxEmailLength)) });

/** Sets a password by a link that came by mail: `token` is what the link ends with. */
export const RedeemLink = v.strictObject({
  token: v.pipe(v.string(), v.maxLength(200)),
  password: Password,
});

/** The account, user and kind of a mailed link. Reading it does not use the link up. */
export const ReadLink = v.strictObject({ token: v.pipe(v.string(), v.maxLength(200)) });
export const LinkAbout = v.object({
  kind: v.picklist(['reset', 'invitation', 'confirmation']),
  account: v.string(),
  name: v.string(),
  /** The address that the link was mailed to. */
  email: v.string(),
});
export type LinkAbout = v.InferOutput<typeof LinkAbout>;

/** Changes one's own password. */
export const ChangePassword = v.strictObject({ current: givenPassword, password: Password });

/** What a second factor begins and ends with: the password and, where there is one already, a code. */
export const ProveYourself = v.strictObject({
  password: givenPassword,
  /** Six digits of the authenticator app, or a recovery code. */
  code: v.optional(v.pipe(v.string(), v.maxLength(40))),
});
/** What an authenticator app needs: the secret in base32, and all of it as an `otpauth:` address for a QR code. */
export const SecondFactorSecret = v.object({ secret: v.string(), uri: v.string() });
export type SecondFactorSecret = v.InferOutput<typeof SecondFactorSecret>;
/** Proof that the app has it. */
export const ConfirmSecondFactor = v.strictObject({ code: v.pipe(v.string(), v.maxLength(40)) });
/** Each lets in once where the app is lost. They are told once. */
export const RecoveryCodes = v.object({ codes: v.array(v.string()) });
export type RecoveryCodes = v.InferOutput<typeof RecoveryCodes>;

/* The visitor's side. */

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
  /** The visitor's command before it that was unanswered when this one was sent (V24). */
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

/* Settings. */

/** An IANA time zone that this runtime knows. */
export const TimeZone = v.pipe(
  v.string(),
  v.maxLength(64),
  v.check((zone) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone });
      return true;
    } catch {
      return false;
    }
  }, 'time_zone'),
);

/** Whose conversations an agent sees beside those that wait: their own, those of their groups, everybody's. */
export const sees = ['own', 'groups', 'all'] as const;
export const Sees = v.picklist(sees);
export type Sees = v.InferOutput<typeof Sees>;

export const AccountBody = v.strictObject({
  name: Name,
  timeZone: TimeZone,
  /** Of agents; supervisors and administrators see all. */
  sees: Sees,
  /** Nobody works here without a second factor. */
  needsSecondFactor: v.boolean(),
  assignment: Assignment,
  offerSeconds: OfferSeconds,
  missedLimit: MissedLimit,
  /** There is a status in which agents get only what was left for later (F18). */
  offlineProcessing: v.boolean(),
});
export type AccountBody = v.InferOutput<typeof AccountBody>;

export const SiteBody = v.strictObject({
  name: Name,
  origins: v.pipe(v.array(AllowedOrigin), v.maxLength(20)),
  /** The campaign that the site's widget runs. */
  campaign: v.nullable(CampaignId),
});

export type SiteBody = v.InferOutput<typeof SiteBody>;

export const Account = v.object({ id: AccountId, ...AccountBody.entries });
export type Account = v.InferOutput<typeof Account>;
export const Site = v.object({ id: SiteId, ...SiteBody.entries });
export type Site = v.InferOutput<typeof Site>;
export const SitesList = v.object({ sites: v.array(Site) });
export const Campaign = v.object({ id: CampaignId, ...CampaignBody.entries });
export type Campaign = v.InferOutput<typeof Campaign>;
export const CampaignsList = v.object({ campaigns: v.array(Campaign) });

/* History. */

/** Filters and the key of a page of conversations, newest first. */
export const ConversationsQuery = v.object({
  campaign: v.optional(CampaignId),
  visitor: v.optional(VisitorId),
  phase: v.optional(v.picklist(['waiting', 'active', 'closed'])),
  /** `next` of the page before. */
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

/** A visitor's other conversations, newest first, as far as the account's rule lets the reader see them. */
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
  /** The number of further conversations that the reader may not see. */
  hidden: v.number(),
});
export type Earlier = v.InferOutput<typeof Earlier>;

/** Whose the conversation is from now on, and the count of its owners (V35). */
export const Taken = v.object({ conversation: ConversationId, generation: v.number() });
export type Taken = v.InferOutput<typeof Taken>;

/** Which entries of a conversation: the `limit` before a seq, without it the last ones. */
export const RangeQuery = v.object({
  before: v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(maxRange)),
  ),
});

/** Selects a range of another conversation of the visitor. */
export const EarlierQuery = v.object({ of: ConversationId, ...RangeQuery.entries });

/* The operator. */

export const NewUser = v.strictObject({
  email: Email,
  name: Name,
  password: v.pipe(v.string(), v.minLength(8), v.maxLength(200)),
  roles: v.pipe(v.array(Role), v.minLength(1)),
});
export const NewAccount = v.strictObject({ name: Name, timeZone: TimeZone, users: v.array(NewUser) });
export const MadeAccount = v.object({
  account: v.object({ id: AccountId, name: v.string(), timeZone: v.string() }),
  users: v.array(v.object({ id: UserId, email: v.string(), name: v.string(), roles: v.array(Role) })),
});

/** Users come before conversations. */
const RebuiltUpTo = v.union([UserId, ConversationId]);
/** Without `after` the account's history is dropped first; an answer with `next` wants to be asked again with it. */
export const Rebuild = v.strictObject({ account: AccountId, after: v.optional(RebuiltUpTo) });
export const Rebuilt = v.object({ conversations: v.number(), next: v.nullable(RebuiltUpTo) });
export type Rebuilt = v.InferOutput<typeof Rebuilt>;
