/** The targets of a conversation's followers: the archive, the floor, the owner's lists, the visitor's record. */
import type { ConversationState, FloorRow, Summary, Words } from '#protocol';

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

/** The summary of a conversation that a visitor's actor stores. */
export interface VisitorNote {
  readonly visitor: string;
  readonly conversation: string;
  readonly open: boolean;
  readonly blocked: boolean;
  readonly contact: { readonly name?: string; readonly email?: string };
  /** For a closed conversation: the range of the visitor's command ids in it. */
  readonly ids?: IdRange;
}

/** The lowest and the highest of a set of ids, compared as text. */
export interface IdRange {
  readonly first: string;
  readonly last: string;
}
