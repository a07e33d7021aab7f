/** What a deployment gives the Worker: bindings of wrangler.toml, secrets, settings. */
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
  /** Guards the operator's routes; without it they refuse everybody. */
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
