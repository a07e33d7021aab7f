/** A deployment's configuration of the Worker: bindings of wrangler.toml, secrets, settings. */
import type { Agent } from './agent/agent.ts';
import type { Conversation } from './conversation/conversation.ts';
import type { Dispatcher } from './dispatcher/dispatcher.ts';
import type { Lobby } from './lobby/lobby.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { Throttle } from './throttle.ts';
import type { Visitor } from './visitor/visitor.ts';

export interface Env {
  readonly DB: D1Database;
  readonly FILES: R2Bucket;
  readonly ASSETS: Fetcher;
  readonly CONVERSATION: DurableObjectNamespace<Conversation>;
  readonly AGENT: DurableObjectNamespace<Agent>;
  readonly DISPATCHER: DurableObjectNamespace<Dispatcher>;
  readonly VISITOR: DurableObjectNamespace<Visitor>;
  readonly LOBBY: DurableObjectNamespace<Lobby>;
  readonly THROTTLE: DurableObjectNamespace<Throttle>;
  readonly PASSWORD_HASHER: DurableObjectNamespace<PasswordHasher>;
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
