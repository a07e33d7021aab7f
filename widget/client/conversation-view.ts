/** What one conversation amounts to on a screen. */
import type { ConversationState, Entry, Marks, Waiting } from '#protocol';
import type { ConnectionState } from './connection.ts';
import type { Pending } from './outbox.ts';

export interface ConversationView {
  readonly connection: ConnectionState;
  readonly nextTryAt: number | null;
  /** The server takes no more sockets of this visitor: it is open in too many tabs. */
  readonly crowded: boolean;
  readonly state: ConversationState | null;
  readonly entries: readonly Entry[];
  /** Entries up to and including this seq are not held. */
  readonly from: number;
  readonly cursor: number;
  /** All that the server had when it last welcomed this tab is here. */
  readonly caughtUp: boolean;
  readonly marks: Marks;
  readonly present: boolean;
  /** Who of the other side types: a name, '' for a visitor, null for nobody. */
  readonly typing: string | null;
  readonly preview: string;
  /** To a visitor: where in the line they are. */
  readonly waiting: Waiting | null;
  readonly pending: readonly Pending[];
  readonly loadingOlder: boolean;
}
