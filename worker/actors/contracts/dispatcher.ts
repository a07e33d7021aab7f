/** The RPC interface of a Dispatcher, and the shapes that cross it. */
import type { Situation } from '#domain/floor/availability';
import type {
  AgentParty,
  Availability,
  DecisionsList,
  FloorAgent,
  FloorRow,
  FloorRules,
  Owner,
  Refusal,
  Role,
  Target,
  Waiting,
  Words,
} from '#protocol';

/** An agent as their own actor describes them. The load comes from the ledger. */
export type AgentNote = Omit<FloorAgent, 'load' | 'nickname'> & {
  /** The name that colleagues read; visitors read `name`. */
  readonly fullName?: string;
  readonly groups: readonly string[];
  /** The path of the photo that visitors see. */
  readonly shownPhoto?: string;
  /** The user was deleted: neither shown nor asked. */
  readonly deleted?: boolean;
};

/** A conversation with its new owner, by the generation of the ownership. */
export interface Taken {
  readonly conversation: string;
  readonly generation: number;
}

/** The user who passes a conversation on, and whether they may with any. */
export interface Giver {
  readonly party: AgentParty;
  readonly supervises: boolean;
}

/** A user who asks to read conversations. */
export interface Reader {
  readonly id: string;
  readonly roles: readonly Role[];
}

/** A conversation as far as its sight depends on it. */
export interface Seen {
  readonly id: string;
  /** The owner's id. */
  readonly owner: string | null;
  /** The colleagues who may read it because a note mentions them. Absent: none. */
  readonly mentioned?: readonly string[];
}

export interface DispatcherActor {
  /**
   * Takes a conversation's row, and registers the conversation. A conversation writes no history before that, so a
   * rebuild finds all that have any. `followed`: it is closed, and has tabs of agents for whom the rule of sight
   * decides.
   */
  conversationNoted(said: FloorRow, followed?: boolean): void;
  /** Receives a conversation's last message. It is neither stored nor used for decisions. */
  wordsNoted(words: Words): void;
  /** Takes what an agent's actor says of them. `seq` is the agent's log's. */
  agentNoted(agent: AgentNote, seq: number): void;
  /** The account's row or a campaign is about to change … */
  expectChange(): void;
  /** … and has changed. */
  reread(): Promise<void>;
  /** The account's rules that an agent's own actor has to know. */
  rules(): FloorRules;
  /** Makes an agent the owner of a waiting conversation, if it has none yet. */
  take(agent: Owner, conversation: string): Promise<Taken | Refusal>;
  accept(agent: Owner, conversation: string, generation: number): Promise<Taken | Refusal>;
  decline(agent: string, conversation: string, generation: number): Refusal | undefined;
  /** Passes a conversation on to an agent. */
  give(giver: Giver, conversation: string, to: string, note?: string): Promise<Taken | Refusal>;
  /** Passes a conversation on to a group or a campaign. */
  send(giver: Giver, conversation: string, to: Target, note?: string): Promise<Taken | Refusal>;
  /** The routing log of a conversation. */
  decisionsOf(conversation: string, reader: Reader): Promise<DecisionsList | Refusal>;
  /** For each conversation, whether the user may read it. */
  readable(reader: Reader, conversations: readonly Seen[]): boolean[];
  /**
   * Whether an agent may open a closed conversation. The conversation asks at each upgrade, and is told of later
   * changes.
   */
  admits(reader: Reader, conversation: Seen): boolean;
  /** A conversation's position in its queue; null where it doesn't wait. */
  positionOf(conversation: string): Waiting | null;
  /** For lobbies of an earlier version. */
  availability(campaign: string): Availability;
  /** A campaign's availability and whether its queue is full: for a lobby without an announcement. */
  situation(campaign: string): Situation;
  /** The conversations that an agent owns, as far as they have said. */
  ownedBy(agent: string): string[];
  /** Ids of all conversations of the account, closed ones too, in order. */
  conversations(after: string | null, limit: number): string[];
  /**
   * Sends tabs the new version of a forum, or null if it is gone: all tabs, or those of the user whose own forum it is.
   */
  forumChanged(forum: string, version: number | null, owner: string | null): void;
  /** Looks a day later for files of canned responses that no response has. Called before the change. */
  cannedFilesMayGo(): void;
  /** Closes the sockets of a session that has ended. */
  revoke(session: string): void;
  /** A socket's upgrade. The Worker has authenticated the principal. */
  fetch(request: Request): Response | Promise<Response>;
}
