/** The state of one conversation for a screen. */
import type { CodeChoice, ConversationState, Entry, Marks, Waiting } from '#protocol';
import type { ConnectionState } from './connection.ts';
import type { Pending } from './outbox.ts';

export interface ConversationView {
  readonly connection: ConnectionState;
  readonly nextTryAt: number | null;
  /** The server accepts no more sockets of this visitor: the chat is open in too many tabs. */
  readonly crowded: boolean;
  readonly state: ConversationState | null;
  readonly entries: readonly Entry[];
  /** Entries up to and including this seq are not loaded. */
  readonly from: number;
  readonly cursor: number;
  /** The tab has every entry that the server had at the last welcome. */
  readonly caughtUp: boolean;
  readonly marks: Marks;
  /** Minutes in which one's own message can be edited and deleted; undefined: it cannot. */
  readonly editMinutes?: number | undefined;
  readonly present: boolean;
  /** The name of a typing user or visitor of the other side: '' for a visitor, null if there is none. */
  readonly typing: string | null;
  readonly preview: string;
  /** For a visitor: the position in the queue. */
  readonly waiting: Waiting | null;
  /** For an agent: the success codes that can be chosen. */
  readonly codes: CodeChoice | null;
  readonly pending: readonly Pending[];
  readonly loadingOlder: boolean;
}
