/**
 * The chat and the composer's files, as the parts that show files use them. These are loaded on demand: they cannot
 * import the classes.
 */
import type { AttachmentsView, Attached } from '../client/attaching.ts';
import type { VisitorChat } from '../client/visitor.ts';
import type { Kept } from './kept.ts';
import type { Row } from './timeline.ts';

export interface ChatOfFiles {
  readonly client: VisitorChat;
  readonly kept: Kept;
  readonly rows: readonly Row[];
  /** A message sent now opens a conversation that is answered later. */
  readonly later: boolean;
  atEnd: boolean;
  attention: number;
}

/** The files of the composer, and of messages that wait for them. */
export interface FilesOfComposer {
  readonly view: AttachmentsView;
  remove(id: Attached['id']): void;
  retry(id: Attached['id']): void;
  /** Drops a message that waits for its files. */
  discard(held: string): void;
}
