/** The RPC interface of a Visitor, and the shapes that cross it. */
import type {
  ConversationSettings,
  Principal,
  Refusal,
  StartConversation,
  Started,
  VisitorSession,
} from '#protocol';
import type { IdRange } from './conversation.ts';
import type { FileSender } from './files.ts';

export type VisitorPrincipal = Extract<Principal, { kind: 'visitor' }>;

/** The campaign that a message is for, as far as its conversation has to know it. */
export interface CampaignSnapshot extends ConversationSettings {
  readonly id: string;
  readonly name: string;
}

/** The circumstances of a message, as the Worker knows them. A Worker of an earlier version knows none. */
export interface Circumstances {
  /** The campaign's queue is full. */
  readonly queueFull?: boolean;
  /** The visitor's networks, the narrowest first; none where the address cannot be believed. */
  readonly networks?: readonly string[];
}

/** The part of a conversation that the visitor's record stores. */
export interface VisitorNote {
  readonly visitor: string;
  readonly conversation: string;
  readonly open: boolean;
  readonly blocked: boolean;
  readonly contact: { readonly name?: string; readonly email?: string };
  /** For a closed conversation: the range of the visitor's command ids in it. */
  readonly ids?: IdRange;
}

/** The session of a visitor who has come back, with a new secret where the old one was due to be replaced. */
export interface Resumed {
  readonly session: VisitorSession;
  readonly site: string;
  readonly secret?: string;
}

export interface VisitorActor extends FileSender {
  /** Makes the visitor. Only this answer contains the secret. */
  open(account: string, id: string, site: string): Promise<{ secret: string }>;
  authenticate(secret: string): Promise<VisitorPrincipal | Refusal>;
  /** The session of a visitor who comes back to a site, any site where none is named. */
  resume(secret: string, site: string | undefined): Promise<Resumed | Refusal>;
  /** Ends the visitor: no credential of theirs is accepted any more, and their sockets are closed. Safe to repeat. */
  end(secret: string, site: string): Promise<void>;
  session(): VisitorSession | Refusal;
  /** Whether a conversation is this visitor's. */
  owns(conversation: string): boolean;
  /**
   * Sends a message to the campaign's open conversation, or to a new one. The same id is the same message for ever.
   */
  message(
    secret: string,
    input: StartConversation,
    campaign: CampaignSnapshot,
    circumstances?: Circumstances,
  ): Promise<Started | Refusal>;
  /** Stores what has changed in a conversation and concerns its visitor. */
  conversationNoted(note: VisitorNote): void;
}
