/** The targets of a conversation's followers: the archive, the floor, the owner's lists, the visitor's record. */
import type { ConversationState, FloorRow, Summary, Words } from '#protocol';
import type { VisitorNote } from '../contracts/visitor.ts';

/**
 * The target of each follower. The actor provides the real ones, a test its own. Each may be called twice with the
 * same.
 */
export interface Targets {
  archive(
    state: ConversationState,
    pages: readonly { first: number; count: number; entries: string }[],
  ): Promise<void>;
  floor(row: FloorRow): Promise<void>;
  words(words: Words): Promise<void>;
  owner(agent: string, summary: Summary): Promise<void>;
  visitor(note: VisitorNote): Promise<void>;
}
