/** What a client of one conversation is given. */
import type { Entry, Refused } from '#protocol';
import type { ConversationView } from './conversation-view.ts';
import type { Environment } from './environment.ts';
import type { Outbox, Pending } from './outbox.ts';

export interface ConversationOptions {
  readonly env: Environment;
  readonly side: 'visitor' | 'agent';
  /** The sender's own id: what tells an acknowledgement from another's entry. */
  readonly me: string;
  readonly outbox: Outbox;
  url(): string;
  /** Beside the protocol's own. */
  protocols(): string[];
  onDoubt(): Promise<boolean>;
  onChange?(view: ConversationView): void;
  /** Entries that were not held before, at the end of the window, in order. */
  onEntries?(entries: readonly Entry[]): void;
  /** A command was refused for good: true where somebody else has taken it over (`surrender`). */
  onRefused?(pending: Pending, refused: Refused): boolean;
}
