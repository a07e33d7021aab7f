/** Options of a client of one conversation. */
import type { Entry, Refused } from '#protocol';
import type { ConversationView } from './conversation-view.ts';
import type { Environment } from './environment.ts';
import type { Outbox, Pending } from './outbox.ts';

export interface ConversationOptions {
  readonly env: Environment;
  readonly side: 'visitor' | 'agent';
  /** The sender's own id: distinguishes an acknowledgement from an entry of another sender. */
  readonly me: string;
  readonly outbox: Outbox;
  /** The reader has the right to originals: the view keeps revised messages as they were written (ENT-18). */
  readonly originals?: boolean;
  url(): string;
  /** Subprotocols beside the protocol's own. */
  protocols(): string[];
  onDoubt(): Promise<boolean>;
  onChange?(view: ConversationView): void;
  /** New entries at the end of the window, in order. */
  onEntries?(entries: readonly Entry[]): void;
  /** A command was refused for good: returns true if the caller takes it over (`surrender`). */
  onRefused?(pending: Pending, refused: Refused): boolean;
}
