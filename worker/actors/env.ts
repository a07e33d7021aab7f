/** What a deployment gives the Worker: bindings of wrangler.toml, secrets, settings. */
import type { AgentActor } from './contracts/agent.ts';
import type { ConversationActor } from './contracts/conversation.ts';
import type { DispatcherActor } from './contracts/dispatcher.ts';
import type { LobbyActor } from './contracts/lobby.ts';
import type { PasswordHasherActor } from './contracts/password-hasher.ts';
import type { ThrottleActor } from './contracts/throttle.ts';
import type { VisitorActor } from './contracts/visitor.ts';

/** A namespace whose objects implement a contract. The brand is what the platform knows a Durable Object by. */
type Objects<Contract> = DurableObjectNamespace<Contract & Rpc.DurableObjectBranded>;

export interface Env {
  readonly DB: D1Database;
  readonly FILES: R2Bucket;
  readonly ASSETS: Fetcher;
  readonly CONVERSATION: Objects<ConversationActor>;
  readonly AGENT: Objects<AgentActor>;
  readonly DISPATCHER: Objects<DispatcherActor>;
  readonly VISITOR: Objects<VisitorActor>;
  readonly LOBBY: Objects<LobbyActor>;
  readonly THROTTLE: Objects<ThrottleActor>;
  readonly PASSWORD_HASHER: Objects<PasswordHasherActor>;
  /** Hashes passwords on threads of the machine's own; where there is none, PASSWORD_HASHER does it. */
  readonly HASHING?: Fetcher;
  /** First line against floods of new visitors, per client address. */
  readonly VISITOR_LIMIT: RateLimit;
  /** The same for what signed-in users ask, each for themselves. */
  readonly USER_LIMIT: RateLimit;
  /** Where mail goes out, as `smtps://user:password@host:465` or `smtp://…`; without it, `MAIL_FROM` and `PUBLIC_URL`, none does. */
  readonly SMTP_URL?: string;
  readonly MAIL_FROM?: string;
  /** Where browsers find this deployment: links in mails begin with it, and without it no mail goes out. */
  readonly PUBLIC_URL?: string;
  /** What the help link of the sign-in page opens. */
  readonly HELP_URL?: string;
  /** Guards the operator's door; without it the door is shut. */
  readonly OPERATOR_SECRET?: string;
  /** `true` where Cloudflare is in front, so that `CF-Connecting-IP` can be believed. */
  readonly BEHIND_CLOUDFLARE?: string;
  /** Where another proxy is in front: the header in which it writes the client's address, such as `X-Forwarded-For`. */
  readonly TRUSTED_ADDRESS_HEADER?: string;
  /** So many proxies, one behind the other, each append an address to that header; 1 where it isn't set. */
  readonly TRUSTED_PROXIES?: string;
  /** `true` where the demo was asked for. */
  readonly DEMO?: string;
  /** Commands a second that a side of a conversation may give, by all its sockets; 10 where it isn't set. */
  readonly COMMANDS_PER_SECOND?: string;
  /** Caps that differ from `caps` in worker/domain/base/caps.ts, as JSON. */
  readonly CAPS?: string;
  /** How long an agent without a live tab keeps their conversations, in milliseconds; 30,000 where it isn't set. */
  readonly AGENT_GRACE_MS?: string;
}
