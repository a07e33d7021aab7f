/** The RPC interface of a Conversation, and the shapes that cross it. */
import type { Assigning, Command } from '#domain/conversation/commands';
import type {
  ConversationSettings,
  ConversationState,
  Draft,
  FileInfo,
  FloorRow,
  Party,
  Principal,
  Refusal,
  Started,
  Summary,
  Waiting,
} from '#protocol';
import type { Holding, SmallImage } from './files.ts';

/** A result of a command: the seq of its entry, and whether the entry is new. */
export interface Done {
  readonly seq: number;
  readonly fresh: boolean;
}

export interface Birth {
  readonly account: string;
  readonly id: string;
  /** The campaign's settings at that time. */
  readonly settings: ConversationSettings;
  /** The first entries: the start, and what the visitor wrote. */
  readonly entries: readonly Draft[];
}

/** The lowest and the highest of a set of ids, compared as text. */
export interface IdRange {
  readonly first: string;
  readonly last: string;
}

/**
 * The result of looking up a command's id. `ids` is set once the conversation is closed: the log then gets no other
 * command.
 */
export interface Recalled {
  readonly found: { readonly seq: number; readonly same: boolean } | null;
  readonly ids: IdRange | null;
}

/** A file of a message, for a reader. */
export interface FoundFile {
  readonly info: FileInfo;
  readonly key: string;
  /** The media type of its thumbnail. */
  readonly small?: SmallImage['type'] | undefined;
}

export type MessageCommand = Extract<Command, { t: 'message.send' }>;
export type Transferring = Omit<Extract<Command, { t: 'transfer' }>, 't'>;

export interface ConversationActor {
  /** Begins the conversation with the visitor's first message. Asked twice, it begins once. */
  start(birth: Birth, by: Party, message: MessageCommand): Promise<Started | Refusal>;
  /** Sends a message over HTTP: the same act as on the socket. */
  send(by: Party, message: MessageCommand): Promise<Started | Refusal>;
  /**
   * Looks up a sender's command by its id. `same`: it is a message with this text and these files. Null if there is no
   * log.
   */
  recall(by: Party, id: string, text?: string, files?: readonly string[]): Recalled | null;
  /** Whether a message that has claimed files was written, or may still be. */
  holds(by: Party, command: string): Holding;
  /** A file of a message that this reader may see. The Worker has authenticated them. */
  file(reader: Principal, file: string): Promise<FoundFile | Refusal>;
  /** Makes an agent the owner, for whom the dispatcher has reserved capacity; the conversation decides. */
  assign(assigning: Assigning): Done | Refusal;
  /** From now on refuses to assign under this generation or an earlier one; the present owner stays. */
  withdraw(generation: number): ConversationState | null;
  /** Passes the conversation on to a group or a campaign. */
  transfer(transferring: Transferring): Done | Refusal;
  /** Tells the visitor their position in the queue. */
  positionChanged(waiting: Waiting): void;
  /** Ends the ownership of a generation. */
  unassign(generation: number, reason: 'vanished' | 'signed_out' | 'offline'): Done | Refusal;
  state(): ConversationState | null;
  row(): FloorRow | null;
  summary(): Summary | null;
  visitorId(): string | null;
  /** Entries before a seq, or the last ones, as the JSON of a range. */
  range(side: 'visitor' | 'agent', before: number | undefined, limit: number): string | Refusal;
  /** Writes the whole log to the archive again. */
  rearchive(): Promise<void>;
  /**
   * Sets which agents may follow, beside those who see all; null for all. Returns whether agents follow, or are about
   * to, for whom the account's rule decides.
   */
  restrict(viewers: readonly string[] | null): boolean;
  /** Closes the sockets of a session that has ended, or may follow no conversation for now. */
  revoke(session: string, code?: number): void;
  /** Closes the sockets of a visitor who has signed out, and refuses later ones. */
  visitorLeft(): void;
  /** A socket's upgrade. The Worker has authenticated the principal. */
  fetch(request: Request): Response | Promise<Response>;
}
