/** A deployment's configuration of the Worker: bindings of wrangler.toml, secrets, settings. */
import type { AgentActor } from './contracts/agent.ts';
import type { ConversationActor } from './contracts/conversation.ts';
import type { DispatcherActor } from './contracts/dispatcher.ts';
import type { LobbyActor } from './contracts/lobby.ts';
import type { PasswordHasherActor } from './contracts/password-hasher.ts';
import type { ThrottleActor } from './contracts/throttle.ts';
import type { VisitorActor } from './contracts/visitor.ts';

/** A namespace whose objects implement a contract. The brand marks the type of a Durable Object. */
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
  /** Hashes passwords in threads of the machine; without it, PASSWORD_HASHER hashes them. */
  readonly HASHING?: Fetcher;
  /** First defence against floods of new visitors, per client address. */
  readonly VISITOR_LIMIT: RateLimit;
  /** The same for requests of signed-in users, per user. */
  readonly USER_LIMIT: RateLimit;
  /**
   * The outgoing mail server, as `smtps://user:password@host:465` or `smtp://…`. Mail needs this, `MAIL_FROM` and
   * `PUBLIC_URL`.
   */
  readonly SMTP_URL?: string;
  readonly MAIL_FROM?: string;
  /** This deployment's public URL. Links in mails begin with it; without it no mail is sent. */
  readonly PUBLIC_URL?: string;
  /** The page that the help link of the sign-in page opens. */
  readonly HELP_URL?: string;
  /** Guards the operator's routes; without it they are closed. */
  readonly OPERATOR_SECRET?: string;
  /** `true` if Cloudflare is in front, so that `CF-Connecting-IP` can be believed. */
  readonly BEHIND_CLOUDFLARE?: string;
  /** If another proxy is in front: the header in which it writes the client's address, such as `X-Forwarded-For`. */
  readonly TRUSTED_ADDRESS_HEADER?: string;
  /** The number of proxies, one behind the other, that append an address to that header; 1 if unset. */
  readonly TRUSTED_PROXIES?: string;
  /** `true` if the demo was requested. */
  readonly DEMO?: string;
  /** Commands a second that a side of a conversation may send, over all its sockets; 10 if unset. */
  readonly COMMANDS_PER_SECOND?: string;
  /** Caps that differ from `caps` in worker/domain/base/caps.ts, as JSON. */
  readonly CAPS?: string;
  /** How long an agent without a live tab keeps their conversations, in milliseconds; 30,000 if unset. */
  readonly AGENT_GRACE_MS?: string;
}
