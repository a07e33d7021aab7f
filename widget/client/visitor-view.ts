/** The state of a visitor's chat for a screen. */
import type { ConversationState, Entry, Marks, Waiting } from '#protocol';
import type { ConnectionState } from './connection.ts';
import type { EarlierConversation } from './earlier.ts';
import type { Contact } from './contact.ts';
import type { Pending } from './outbox.ts';

export interface VisitorView {
  /**
   * `idle`: there is no conversation to connect to yet. `busy`: the server accepts no more for now, and will be tried
   * again.
   */
  readonly connection: ConnectionState | 'idle' | 'busy';
  readonly nextTryAt: number | null;
  /** The chat is open in too many tabs. */
  readonly crowded: boolean;
  readonly state: ConversationState | null;
  readonly entries: readonly Entry[];
  /** Earlier conversations loaded so far, oldest first. */
  readonly earlier: readonly EarlierConversation[];
  /** Older entries can be loaded. */
  readonly more: boolean;
  readonly marks: Marks;
  readonly pending: readonly Pending[];
  readonly agentTyping: string | null;
  /** The visitor's position in the queue, and the expected wait. */
  readonly waiting: Waiting | null;
  /** Minutes in which the visitor's own message can be edited and deleted; undefined: it cannot. */
  readonly editMinutes?: number | undefined;
  readonly unread: number;
  readonly contact: Contact;
  readonly blocked: boolean;
}
